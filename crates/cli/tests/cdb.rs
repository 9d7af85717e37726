//! `discwright cdb`: lines in, answers out, one drive for all of them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that panics is a test that fails")]

mod common;

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Output, Stdio};

use common::{Desk, text};
use serde_json::{Value, json};

/// Runs the command with lines on its standard input.
fn cdb(desk: &Desk, arguments: &[&str], lines: &str) -> Output {
    let mut command = desk.command(&[&["cdb"], arguments].concat());
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().unwrap();
    // A program that refuses a line does not read the rest.
    let _ = child.stdin.take().unwrap().write_all(lines.as_bytes());
    child.wait_with_output().unwrap()
}

/// The objects that the command prints, its exit status being 0.
fn answers(desk: &Desk, arguments: &[&str], lines: &str) -> Vec<Value> {
    let output = cdb(desk, &[arguments, &["--json"]].concat(), lines);
    assert!(output.status.success(), "{}", text(&output));
    objects(&output)
}

fn objects(output: &Output) -> Vec<Value> {
    let lines = core::str::from_utf8(&output.stdout).unwrap().lines();
    lines.map(|line| serde_json::from_str(line).unwrap()).collect()
}

const A: [&str; 2] = ["--drive", "sim:a.disc"];
const TEST_UNIT_READY: &str = "00 00 00 00 00 00\n";

#[test]
fn an_answer_has_the_documented_keys() {
    let desk = Desk::new();
    let answers = answers(&desk, &A, &format!("{TEST_UNIT_READY}51 00 00 00 00 00 00 00 22 00"));
    assert_eq!(
        answers[0],
        json!({
            "cdb": "00 00 00 00 00 00",
            "status": "check",
            "data": "",
            "sense": {"response": 112, "key": 6, "asc": 41, "ascq": 0, "information": null, "progress": null},
            "text": "unit attention: power on, reset, or bus device reset occurred (6/29/00)",
        })
    );
    // A blank disc of 80 minutes: lead-in from 97:26:66, last possible lead-out 79:59:70 (spec/burners.md 2.11).
    assert_eq!(answers[1]["data"].as_str().unwrap().len(), 2 * 34);
    assert_eq!(&answers[1]["data"].as_str().unwrap()[32..48], "00611A42004F3B46");
    assert_eq!((&answers[1]["status"], &answers[1]["sense"]), (&json!("good"), &Value::Null));
    assert!(answers[1]["text"].as_str().unwrap().starts_with("blank disc"), "{}", answers[1]["text"]);
}

#[test]
fn one_drive_lives_through_all_lines() {
    let desk = Desk::new();
    let block: Vec<u8> = (0..=255).cycle().take(2048).collect();
    desk.file("block", &block);
    let hex: String = block.iter().map(|byte| format!("{byte:02x} ")).collect();
    let written = answers(
        &desk,
        &A,
        &format!(
            "{TEST_UNIT_READY}\
             2A 00 00 00 00 00 00 00 02 00  # two blocks, from two sources\n< @block\n\n\
             2A 00 00 00 00 00 00 00 03 00\n< @block\n# more follows\n\
             2A 00 00 00 00 01 00 00 01 00 < {hex}\n35 00 00 00 00 00 00 00 00 00\n5B 00 02 00 00 00 00 00 00 00\n"
        ),
    );
    let statuses: Vec<_> = written.iter().map(|it| it["status"].as_str().unwrap()).collect();
    // The first two writes announce more blocks than come.
    assert_eq!(statuses, ["check", "check", "check", "check", "good", "good"]);

    let whole = format!(
        "{TEST_UNIT_READY}2A 00 00 00 00 00 00 00 02 00\n< {hex}\n< @block\n\
         2A 00 00 00 00 02 00 00 01 00 < {hex}\n35 00 00 00 00 00 00 00 00 00\n5B 00 02 00 00 00 00 00 00 00\n"
    );
    let written = answers(&desk, &["--drive", "sim:b.disc"], &whole);
    assert!(written[1..].iter().all(|it| it["status"] == "good"), "{written:?}");
    let read = answers(
        &desk,
        &["--drive", "sim:b.disc"],
        &format!("{TEST_UNIT_READY}28 00 00 00 00 00 00 00 03 00\n25 00 00 00 00 00 00 00 00 00\n"),
    );
    assert_eq!(read[1]["data"].as_str().unwrap(), hex.replace(' ', "").to_uppercase().repeat(3));
    // 300 blocks at least, and two of run-out (MMC-6, 4.2.3.7; spec/drive.md 2.2).
    assert_eq!(
        (&read[2]["data"], &read[2]["text"]),
        (&json!("0000012D00000800"), &json!("last block 301, blocks of 2048 bytes"))
    );
}

#[test]
fn discs_are_changed_and_time_passes() {
    let desk = Desk::new();
    desk.json(&["disc", "new", "--medium", "cd-rw:80", "b.disc"]);
    let lines = format!(
        "{TEST_UNIT_READY}1E 00 00 00 01 00\neject\npower-cycle\neject\n{TEST_UNIT_READY}{TEST_UNIT_READY}\
         load b.disc\nwait 60\n{TEST_UNIT_READY}{TEST_UNIT_READY}51 00 00 00 00 00 00 00 22 00\n"
    );
    let all = answers(&desk, &A, &lines);
    let told: Vec<_> = all
        .iter()
        .map(|it| {
            (
                it["line"].as_str().unwrap_or("cdb"),
                it["status"].as_str().unwrap(),
                it["sense"]["asc"].as_u64(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("cdb", "check", Some(0x29)),
            ("cdb", "good", None),
            ("eject", "refused", None),
            ("power-cycle", "good", None),
            ("eject", "good", None),
            ("cdb", "check", Some(0x29)),
            ("cdb", "check", Some(0x3A)),
            ("load", "good", None),
            ("wait", "good", None),
            ("cdb", "check", Some(0x28)),
            ("cdb", "good", None),
            ("cdb", "good", None),
        ]
    );
    assert!(all[11]["text"].as_str().unwrap().starts_with("blank disc, erasable"), "{}", all[11]["text"]);
    // BLANK with IMMED goes on behind its answer, with progress, until the drive's time has passed.
    let blank = "A1 10 00 00 00 00 00 00 00 00 00 00\n";
    let lines = format!("{TEST_UNIT_READY}{blank}wait 2\n{TEST_UNIT_READY}wait 7200\n{TEST_UNIT_READY}");
    let all = answers(&desk, &["--drive", "sim:b.disc"], &lines);
    let busy = &all[3]["sense"];
    assert_eq!((&busy["key"], &busy["asc"], &busy["ascq"]), (&json!(2), &json!(4), &json!(7)), "{all:?}");
    assert!(busy["progress"].as_u64().unwrap() > 0);
    assert_eq!(all[5]["status"], json!("good"));
}

#[test]
fn unknown_commands_reach_the_drive_and_claims_allocate_nothing() {
    let desk = Desk::new();
    let lines = format!(
        "{TEST_UNIT_READY}F7 00 00 00 00 00 00 00 00 00 00 00\n< 01 02\nA3 FF FF FF FF FF FF FF FF FF FF 00\n\
         A8 00 00 00 00 00 FF FF FF FF 00 00\nBE 00 00 00 00 00 FF FF FF F8 02 00\n51FF00000000000022 00\n"
    );
    let vendor = answers(&desk, &A, "E5 00 00 00 00 00 00 00 00 00\nE5 00 00 00 00 00 00 00 00 00\n");
    assert_eq!((&vendor[1]["sense"]["asc"], &vendor[1]["sense"]["key"]), (&json!(0x20), &json!(5)));
    let all = answers(&desk, &A, &lines);
    assert_eq!((&all[1]["sense"]["asc"], &all[1]["sense"]["key"]), (&json!(0x20), &json!(5)));
    assert_eq!(all.len(), 6);
    assert!(all[1..5].iter().all(|it| it["status"] == "check"), "{all:?}");
}

#[test]
fn a_bad_line_is_refused_with_its_number_and_ends_the_work() {
    let desk = Desk::new();
    desk.file("text.disc", b"no disc");
    for (line, status, words) in [
        ("hello", 2, "line 3 of standard input: \"hello\""),
        ("51 00", 2, "line 3 of standard input: a CDB of 2 bytes, where operation code 0x51 takes 10"),
        ("< 00", 2, "line 3 of standard input: no command before this line waits for data"),
        ("12 00 00 00 24 00 < 00", 2, "INQUIRY takes no data out"),
        ("5D 00 00 00 00 00 00 00 20 00 00", 2, "1 more bytes than command 5Dh takes"),
        ("load nothing.disc", 3, "line 3 of standard input"),
        ("load text.disc", 3, "line 3 of standard input"),
        ("2A 00 00 00 00 00 00 00 01 00 < @nothing", 3, "line 3 of standard input: nothing"),
    ] {
        let lines = format!("{TEST_UNIT_READY}{TEST_UNIT_READY}{line}\n{TEST_UNIT_READY}");
        let output = cdb(&desk, &[&A[..], &["--json"]].concat(), &lines);
        assert_eq!(output.status.code(), Some(status), "{line}: {}", text(&output));
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(stderr.contains(words), "{line}: {stderr}");
        // Two answers, and the document of the error; nothing of the fourth line.
        let printed = String::from_utf8_lossy(&output.stdout);
        assert_eq!(printed.matches("\"cdb\"").count(), 2, "{printed}");
        assert_eq!(printed.lines().count(), 3, "one document a line: {printed}");
    }
    let output = cdb(&desk, &A, "load a.disc\n");
    assert_eq!(output.status.code(), Some(3), "{}", text(&output));
    let no_text = [0xFF, b'\n'];
    let mut child = desk.command(&["cdb", "--drive", "sim:a.disc"]).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(&no_text).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(2));
}

/// A driver's author sends a line, reads the answer, and only then knows the next line.
#[test]
fn an_answer_comes_before_the_next_line_is_sent() {
    let desk = Desk::new();
    let mut command = desk.command(&["cdb", "--drive", "sim:a.disc", "--json"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    for line in [
        TEST_UNIT_READY,
        "12 00 00 00 24 00\n",
        "55 10 00 00 00 00 00 00 10 00\n< 00 00 00 00 00 00 00 00 01 06 00 05 00 00 00 00\n",
        "eject\n",
    ] {
        input.write_all(line.as_bytes()).unwrap();
        let mut answer = String::new();
        output.read_line(&mut answer).unwrap();
        assert!(serde_json::from_str::<Value>(&answer).unwrap()["status"].is_string(), "{answer}");
    }
    drop(input);
    assert!(child.wait().unwrap().success());
}

#[test]
fn faults_and_personalities_are_taken() {
    let desk = Desk::new();
    desk.file("bad.json", b"{\"faults\": 3}");
    desk.refused(3, &["cdb", "--drive", "sim:a.disc", "--faults", "bad.json"]);
    desk.refused(2, &["cdb", "--drive", "sim:a.disc", "--personality", "quantum"]);
    let inquiry = "12 00 00 00 24 00\n";
    let first = answers(&desk, &[&A[..], &["--personality", "first-rewriters"]].concat(), inquiry);
    assert!(first[0]["text"].as_str().unwrap().contains("4X2X6"), "{first:?}");
    let plan = json!({"faults": [
        {"when": [{"opcode": 0x12}], "what": "status-busy", "times": 1},
        {"when": [{"opcode": 0x25}], "what": "hang"},
        {"when": [{"opcode": 0x5C}], "what": "power-cut"},
    ]});
    desk.file("faults.json", plan.to_string().as_bytes());
    let lines = format!(
        "{inquiry}{inquiry}{TEST_UNIT_READY}25 00 00 00 00 00 00 00 00 00\n5C 00 00 00 00 00 00 00 0C 00\n{inquiry}"
    );
    let all = answers(&desk, &[&A[..], &["--faults", "faults.json"]].concat(), &lines);
    let statuses: Vec<_> = all.iter().map(|it| it["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["busy", "good", "check", "none", "none", "good"]);
    assert_eq!(all[4]["text"], json!("the drive is gone: the power was cut"));
}

#[test]
fn people_are_told_in_words() {
    let desk = Desk::new();
    let told = text(&cdb(&desk, &A, "12 00 00 00 24 00 # who\n"));
    let mut lines = told.lines();
    assert_eq!(lines.next(), Some("12 00 00 00 24 00  INQUIRY"));
    assert!(lines.next().unwrap().starts_with("  good: CD/DVD device DISCWRT"), "{told}");
    assert!(lines.next().unwrap().starts_with("  0000  05 80 "), "{told}");
    assert_eq!(text(&cdb(&desk, &[&A[..], &["--quiet"]].concat(), TEST_UNIT_READY)), "");
}

/// What is told of each of one drive's answers (`cdb_words.txt`).
#[test]
fn answers_are_told_in_plain_words() {
    let golden = include_str!("cdb_words.txt");
    let desk = Desk::new();
    desk.json(&["disc", "new", "--medium", "cd-rw:80", "words.disc"]);
    desk.file("block", &[0; 2048]);
    let input: Vec<&str> = golden.lines().filter(|line| !line.starts_with('=')).collect();
    let told = answers(&desk, &["--drive", "sim:words.disc"], &input.join("\n"));
    let mut told =
        told.iter().map(|it| format!("= {}", it["text"].as_str().unwrap().replace("; ", ";\n=   ")));
    let mut wanted = golden.lines().peekable();
    let mut command = "";
    while let Some(line) = wanted.next() {
        if !line.starts_with('=') {
            command = if line.starts_with('<') { command } else { line };
            continue;
        }
        let mut text = line.to_owned();
        while let Some(more) = wanted.next_if(|it| it.starts_with('=')) {
            text = format!("{text}\n{more}");
        }
        assert_eq!(told.next().unwrap(), text, "{command}");
    }
    assert_eq!(told.next(), None);
}
