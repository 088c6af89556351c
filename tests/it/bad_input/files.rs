//! Whole files that cannot be read.

use std::io::Write;

use super::{Precious, gzipped, noise, rows, watched};

#[test]
fn a_file_that_is_not_there_or_holds_nothing_is_refused() {
    let precious = Precious::new();
    let program = &precious.program;
    std::fs::create_dir(program.path("folder.jsonl")).unwrap();
    program.write("empty.jsonl", "");
    program.write("blank.jsonl", "\n  \n\n");
    program.write("empty.jsonl.gz", gzipped(b""));
    program.write("header.csv", "prompt,response_a,response_b\n");
    precious.refuses("missing.jsonl", "the file cannot be opened", "Check the path");
    precious.refuses("folder.jsonl", "it is a folder", "Check that it is a file");
    for empty in ["empty.jsonl", "blank.jsonl", "empty.jsonl.gz", "header.csv"] {
        precious.refuses(empty, "the file holds no rows", "at least one row");
    }
}

#[test]
fn packed_data_that_is_cut_or_damaged_changes_nothing() {
    let precious = Precious::new();
    let program = &precious.program;
    let packed = gzipped(rows(20_000).as_bytes());
    program.write("cut.jsonl.gz", &packed[..packed.len() / 2]);
    let mut damaged = packed.clone();
    let middle = damaged.len() / 2;
    damaged[middle..middle + 64].fill(0xff);
    program.write("damaged.jsonl.gz", damaged);
    program.write("head.jsonl.gz", [&[0x1f, 0x8b, 8, 0][..], &noise(4_000)].concat());
    program.write("noise.jsonl.gz", gzipped(&noise(100_000)));
    program.write("twice.jsonl.gz", gzipped(&packed));
    precious.refuses("cut.jsonl.gz", "the gzip data ends in the middle, after row ", "gzip -dc");
    precious.refuses("damaged.jsonl.gz", "the gzip data ", "copy it again");
    precious.refuses("head.jsonl.gz", "the gzip data ", "copy it again");
    precious.refuses("noise.jsonl.gz", "the file is binary, not text in UTF-8", "Convert it to JSONL");
    precious.refuses("twice.jsonl.gz", "gzip within gzip", "Unpack it once");
}

#[test]
fn text_in_another_encoding_and_what_is_no_text_are_named() {
    let precious = Precious::new();
    let program = &precious.program;
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    program.write("marked.jsonl", utf16(&format!("\u{feff}{}", rows(3))));
    program.write("unmarked.jsonl", utf16(&rows(3)));
    program.write("image.jsonl", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice(), &noise(2_000)].concat());
    program.write("sheet.csv", b"PK\x03\x04\x14\0\x06\0");
    program.write("words.txt", "Only words and no table\nin two lines\n");
    precious.refuses("marked.jsonl", "the file is in UTF-16", "iconv -f UTF-16");
    precious.refuses("unmarked.jsonl", "the file is in UTF-16", "iconv -f UTF-16");
    precious.refuses("image.jsonl", "the file is a PNG image", "image files by their paths");
    precious.refuses("sheet.csv", "a zip archive (or a spreadsheet)", "save the spreadsheet as CSV");
    precious.refuses("words.txt", "neither JSON nor a table", "JSONL, JSON, CSV or TSV");
    precious.refuses("p.tiebreak", "the file is a SQLite database", "Open it as a project");
}

#[test]
fn a_broken_array_changes_nothing() {
    let precious = Precious::new();
    let program = &precious.program;
    let row = rows(1);
    program.write("cut.json", format!("[{row},{row},{{\"prompt\":\"p"));
    program.write("goes-on.json", format!("[{row}] {row}"));
    precious.refuses("cut.json", "the JSON array is broken after row 2", "as JSONL");
    precious.refuses("goes-on.json", "something follows the end of the array", "as JSONL");
}

#[test]
fn an_object_that_is_no_list_is_one_row_or_names_what_is_missing() {
    let precious = Precious::new();
    let program = &precious.program;
    program.write("settings.json", "{\"version\": 3, \"title\": \"nothing to judge\"}");
    precious.refuses("settings.json", "no two columns look like a pair of candidates", "Say which columns");
    program.write("one.json", "{\n \"prompt\": \"p\",\n \"chosen\": \"a\",\n \"rejected\": \"b\"\n}\n");
    let ran = program.expect(0, &["import", "p.tiebreak", "one.json"]);
    assert!(ran.stdout.contains("1 items added"), "{ran:?}");
}

#[test]
fn a_line_of_five_hundred_megabytes_is_passed_over_in_little_memory() {
    let precious = Precious::new();
    let program = &precious.program;
    let file = std::fs::File::create(program.path("long.jsonl.gz")).unwrap();
    let mut packed = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
    packed.write_all(b"{\"prompt\":\"p\",\"chosen\":\"c\",\"rejected\":\"r\"}\n{\"prompt\":\"").unwrap();
    let megabyte = vec![b'x'; 1 << 20];
    for _ in 0..500 {
        packed.write_all(&megabyte).unwrap();
    }
    packed.write_all(b"\"}\n{\"prompt\":\"q\",\"chosen\":\"c\",\"rejected\":\"r\"}\n").unwrap();
    packed.finish().unwrap();
    let ran = watched(program, &["import", "p.tiebreak", "long.jsonl.gz"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.stdout.contains("2 items added") && ran.stdout.contains("1 of 3 rows refused"), "{ran:?}");
    assert!(ran.stderr.contains("line 2: the row is longer than 64 MiB"), "{ran:?}");
    program.expect(0, &["check", "p.tiebreak"]);
}

#[test]
fn long_rows_do_not_pile_up_in_memory() {
    let precious = Precious::new();
    let program = &precious.program;
    let file = std::fs::File::create(program.path("many.jsonl.gz")).unwrap();
    let mut packed = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
    let letters = "x".repeat(12 << 20);
    for number in 0..24 {
        writeln!(packed, "{{\"prompt\":\"{number}\",\"chosen\":\"c\",\"rejected\":\"{letters}\"}}").unwrap();
    }
    packed.finish().unwrap();
    let ran = watched(program, &["import", "p.tiebreak", "many.jsonl.gz"]);
    assert!(ran.code == 0 && ran.stdout.contains("24 items added"), "{ran:?}");
}

#[test]
fn a_media_folder_that_is_not_there_is_refused_before_anything_is_read() {
    let precious = Precious::new();
    let arguments = ["import", "p.tiebreak", "good.jsonl", "--media-folder", "gone"];
    let ran = watched(&precious.program, &arguments);
    assert_eq!(ran.code, 1, "{ran:?}");
    super::assert_told(&ran, "there is no media folder gone", "choose the folder in which");
    precious.is_unchanged();
}

#[test]
fn a_first_import_that_fails_leaves_no_project_behind() {
    let precious = Precious::new();
    let program = &precious.program;
    let packed = gzipped(rows(20_000).as_bytes());
    program.write("cut.jsonl.gz", &packed[..packed.len() / 2]);
    program.write("empty.jsonl", "");
    for file in ["cut.jsonl.gz", "empty.jsonl", "missing.jsonl"] {
        let ran = watched(program, &["import", "new.tiebreak", file, "--create"]);
        assert_eq!(ran.code, 1, "{ran:?}");
        let left: Vec<_> = std::fs::read_dir(program.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .filter(|name| name.to_string_lossy().starts_with("new."))
            .collect();
        assert!(left.is_empty(), "{file} left {left:?}");
    }
    precious.is_unchanged();
}
