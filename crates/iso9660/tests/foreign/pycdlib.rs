//! pycdlib's strict parser: one Python for all tests, since it takes longer to start than to read an image.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};

/// Opens the image of each line; with a kind of path, takes every file of that hierarchy out. Answers by a line each.
const READER: &str = r"
import os, sys, traceback, pycdlib

def extract(iso, to, kind):
    for folder, folders, files in iso.walk(**{kind: '/'}):
        place = to + folder
        os.makedirs(place, exist_ok=True)
        for name in files:
            path = folder.rstrip('/') + '/' + name
            iso.get_file_from_iso(os.path.join(place, name.rsplit(';', 1)[0]), **{kind: path})

answers, sys.stdout = sys.stdout, sys.stderr
for line in sys.stdin:
    image, to, kind = line.rstrip('\n').split('\t')
    try:
        iso = pycdlib.PyCdlib()
        iso.open(image)
        if kind:
            extract(iso, to, kind)
        iso.close()
        answer = 'read'
    except BaseException:
        answer = repr(traceback.format_exc())
    print(answer, file=answers, flush=True)
";

struct Reader {
    /// Ends when its input does, which is when this program ends.
    _python: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Reader {
    fn start() -> Option<Mutex<Self>> {
        let installed = Command::new("python3").args(["-c", "import pycdlib"]).output();
        if !installed.is_ok_and(|output| output.status.success()) {
            return None;
        }
        let piped = Stdio::piped;
        let mut python =
            Command::new("python3").args(["-c", READER]).stdin(piped()).stdout(piped()).spawn().unwrap();
        let (questions, answers) = (python.stdin.take().unwrap(), python.stdout.take().unwrap());
        Some(Mutex::new(Self { _python: python, questions, answers: BufReader::new(answers) }))
    }

    fn ask(&mut self, image: &Path, to: Option<(&Path, &str)>) -> String {
        let (to, kind) = to.map_or((String::new(), ""), |(to, kind)| (to.display().to_string(), kind));
        writeln!(self.questions, "{}\t{to}\t{kind}", image.display()).unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        answer.trim_end().to_owned()
    }
}

/// Opens an image, and takes the files of a hierarchy, by the name that pycdlib has for its paths, out into a folder.
///
/// Returns whether pycdlib is there at all; what it finds wrong is a failure.
pub(crate) fn read(image: &Path, to: Option<(&Path, &str)>) -> bool {
    static READER: OnceLock<Option<Mutex<Reader>>> = OnceLock::new();
    let Some(reader) = READER.get_or_init(Reader::start) else { return false };
    // A test that fell while it held the reader had its answer.
    let answer = reader.lock().unwrap_or_else(PoisonError::into_inner).ask(image, to);
    assert_eq!(answer, "read", "pycdlib on {}, {to:?}", image.display());
    true
}
