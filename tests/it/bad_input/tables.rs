//! CSV and its kin, as spreadsheets and hands make it.

use super::{Precious, watched};

#[test]
fn rows_of_another_width_are_refused_and_told() {
    let precious = Precious::new();
    let program = &precious.program;
    program.write("width.csv", "prompt,response_a,response_b\np,a,b\nshort,a\np,a,b,too,long\nq,c,d\n");
    let ran = watched(program, &["import", "p.tiebreak", "width.csv"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.stdout.contains("2 items added") && ran.stdout.contains("2 of 4 rows refused"), "{ran:?}");
    assert!(
        ran.stderr.contains("line 3: the row has 2 fields, expected 3")
            && ran.stderr.contains("line 4: the row has 5 fields, expected 3"),
        "{ran:?}"
    );
    program.expect(0, &["check", "p.tiebreak"]);
}

#[test]
fn a_quotation_mark_that_is_never_closed_swallows_no_row_in_silence() {
    let precious = Precious::new();
    let program = &precious.program;
    program.write("open.csv", "prompt,response_a,response_b\np,a,b\nq,c,\"d\nr,e,f\ns,g,h\n");
    let ran = watched(program, &["import", "p.tiebreak", "open.csv"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.stdout.contains("1 items added"), "{ran:?}");
    assert!(
        ran.stderr.contains(
            "line 3: a quotation mark in this row is never closed, so everything from here to the end of the file is lost, lines: 3"
        ),
        "{ran:?}"
    );
    program.write("closed.csv", "prompt,response_a,response_b\nt,i,\"j\n\"\"k\"\"\"");
    let ran = program.expect(0, &["import", "p.tiebreak", "closed.csv"]);
    assert!(ran.stdout.contains("1 items added"), "the end of the file closes a row, not a mark: {ran:?}");
}

#[test]
fn two_columns_of_one_name_are_told_apart() {
    let precious = Precious::new();
    let program = &precious.program;
    program.write("twice.csv", "prompt,response_a,response_b,note,note\np,a,b,first,second\n");
    let ran = program.expect(0, &["import", "p.tiebreak", "twice.csv"]);
    assert!(ran.stdout.contains("1 items added"), "{ran:?}");
    program.write("same.csv", "prompt,response,response\nWhich one?,the first,the second\n");
    let ran = program.expect(0, &["import", "p.tiebreak", "same.csv"]);
    assert!(ran.stdout.contains("1 items added"), "{ran:?}");
    let content = super::content(program);
    assert!(content.contains("the first") && content.contains("the second"), "{content}");
}

#[test]
fn semicolons_and_a_byte_order_mark_are_what_spreadsheets_write() {
    let precious = Precious::new();
    let program = &precious.program;
    program.write(
        "excel.csv",
        "\u{feff}prompt;response_a;response_b\r\nWarum, wieso?;weil, eben;\"so; halt\"\r\n",
    );
    let ran = program.expect(0, &["import", "p.tiebreak", "excel.csv"]);
    assert!(ran.stdout.contains("1 items added"), "{ran:?}");
    assert!(super::content(program).contains("so; halt"));
}
