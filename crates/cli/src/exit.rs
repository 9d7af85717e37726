//! How the program ends: a status, and words that say what failed, where, whether the disc was touched, what to do.

use std::io::{self, Write as _};
use std::process::ExitCode;

use discwright_burn::BurnError;
use discwright_imapi::ImapiError;
use serde::Serialize;

/// Why the program ends with a status other than 0.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Failure {
    /// What failed and where.
    pub(crate) message: String,
    /// IMAPI's name of it, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<&'static str>,
    /// The state of the disc, where a disc is concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) disc: Option<String>,
    /// What else failed while stopping.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) also: Vec<String>,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) advice: Option<String>,
    /// The class of it.
    pub(crate) class: Class,
    /// Whether standard output carries something else than the document.
    #[serde(skip)]
    pub(crate) stdout_is_taken: bool,
}

/// The exit status, by meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Class {
    /// 1: errors were found, which the document tells.
    FoundErrors,
    /// 2: the command line cannot mean anything.
    Usage,
    /// 3: refused or failed before anything was written.
    Refused,
    /// 4: failed after writing began.
    AfterWriting,
    /// 4: went through, but left something out, which its document tells.
    Incomplete,
    /// 130: cancelled.
    Cancelled,
}

impl Class {
    pub(crate) fn status(self) -> u8 {
        match self {
            Self::FoundErrors => 1,
            Self::Usage => 2,
            Self::Refused => 3,
            Self::AfterWriting | Self::Incomplete => 4,
            Self::Cancelled => 130,
        }
    }
}

impl From<ImapiError> for Failure {
    fn from(error: ImapiError) -> Self {
        let class = match &error {
            error if error.is_cancelled() => Class::Cancelled,
            error if error.is_disc_untouched() => Class::Refused,
            _ => Class::AfterWriting,
        };
        let (disc, advice) = match error.burn() {
            Some(burn) => (burn.disc.to_string(), Some(burn.advice().to_owned())),
            None => ("nothing was written to the disc".to_owned(), None),
        };
        let mut also = error.burn().map(|burn| burn.also.clone()).unwrap_or_default();
        if error.burn().is_some_and(|burn| !burn.unlocked) {
            also.push("the tray could not be unlocked".to_owned());
        }
        // The burn's own words end with the state of the disc and the advice, which have their own lines here.
        let message = error.burn().map_or_else(|| error.to_string(), BurnError::what);
        let code = Some(error.code().symbol());
        Self { message, code, disc: Some(disc), also, advice, class, stdout_is_taken: false }
    }
}

impl Failure {
    /// Refused or failed before anything was written.
    pub(crate) fn refused(message: impl ToString) -> Self {
        Self {
            message: message.to_string(),
            code: None,
            disc: None,
            also: Vec::new(),
            advice: None,
            class: Class::Refused,
            stdout_is_taken: false,
        }
    }

    /// Went through and found errors; the document that says which has been printed.
    pub(crate) fn found_errors(message: impl ToString) -> Self {
        Self { class: Class::FoundErrors, ..Self::refused(message) }
    }

    /// Went through, and left something out; the document that says what has been printed.
    pub(crate) fn incomplete(message: impl ToString) -> Self {
        Self { class: Class::Incomplete, ..Self::refused(message) }
    }

    /// Stopped because the user wished it, with nothing written.
    pub(crate) fn cancelled(message: impl ToString) -> Self {
        Self { class: Class::Cancelled, ..Self::refused(message) }
    }

    /// A command line that cannot mean anything.
    pub(crate) fn usage(message: impl ToString) -> Self {
        Self { class: Class::Usage, ..Self::refused(message) }
    }

    pub(crate) fn advise(mut self, advice: impl ToString) -> Self {
        self.advice = Some(advice.to_string());
        self
    }

    /// Tells the user and gives the status to exit with.
    pub(crate) fn report(&self, json: bool) -> ExitCode {
        // Nobody can be told that there is nobody to tell: the status is what remains.
        if json && !matches!(self.class, Class::FoundErrors | Class::Incomplete) {
            // On one line: a command that prints an object per line may fail too.
            let document = serde_json::json!({ "error": self });
            if self.stdout_is_taken {
                let _ = writeln!(io::stderr(), "{document}");
                return ExitCode::from(self.class.status());
            }
            let _ = writeln!(io::stdout(), "{document}");
        }
        let mut err = io::stderr();
        let _ = writeln!(err, "discwright: {}", self.message);
        let disc = self.disc.iter().map(|disc| ("disc", disc));
        let also = self.also.iter().map(|also| ("also", also));
        for (name, words) in disc.chain(also).chain(self.advice.iter().map(|advice| ("advice", advice))) {
            let _ = writeln!(err, "  {name}: {words}");
        }
        ExitCode::from(self.class.status())
    }
}
