//! How the program ends: a status, and words that say what failed, where, whether the disc was touched, what to do.

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
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) advice: Option<String>,
    /// The class of it.
    pub(crate) class: Class,
}

/// The exit status, by meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Class {
    /// 2: the command line cannot mean anything.
    Usage,
    /// 3: refused or failed before anything was written.
    Refused,
    /// 4: failed after writing began.
    AfterWriting,
    /// 130: cancelled.
    Cancelled,
}

impl Class {
    pub(crate) fn status(self) -> u8 {
        match self {
            Self::Usage => 2,
            Self::Refused => 3,
            Self::AfterWriting => 4,
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
        // The burn's own words end with the state of the disc and the advice, which have their own lines here.
        let message = error.burn().map_or_else(|| error.to_string(), BurnError::what);
        Self { message, code: Some(error.code().symbol()), disc: Some(disc), advice, class }
    }
}

impl Failure {
    /// Refused or failed before anything was written.
    pub(crate) fn refused(message: impl ToString) -> Self {
        Self { message: message.to_string(), code: None, disc: None, advice: None, class: Class::Refused }
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
        if json {
            let document = serde_json::json!({ "error": self });
            println!("{document:#}");
        }
        eprintln!("discwright: {}", self.message);
        if let Some(disc) = &self.disc {
            eprintln!("  disc: {disc}");
        }
        if let Some(advice) = &self.advice {
            eprintln!("  advice: {advice}");
        }
        ExitCode::from(self.class.status())
    }
}
