//! How people do, and which items say so.

use super::*;

#[test]
fn how_people_do_is_said_with_counts_or_that_it_is_not_for_them() {
    let score = |right, total| Score { right, total };
    let known = AnnotatorQuality {
        annotator: AnnotatorId(2),
        training: score(0, 0),
        gold: score(9, 10),
        attention: score(2, 2),
        repeats: score(1, 3),
    };
    let mut world = World::new();
    world.quality = Ok(QualityReport { annotators: vec![known] });
    let mut seen = bench(world);
    open(&mut seen, Command::ShowQuality);
    for words in ["Gold", "9 of 10, 90 %", "2 of 2, 100 %", "1 of 3, 33 %"] {
        assert!(seen.shows(words), "{words}");
    }
    assert!(!seen.shows("0 of 0"), "no share of nothing");
    let mut world = World::new();
    world.quality = Err(ApiError::new(ErrorCode::Denied, "this is for whoever leads the study"));
    let mut denied = bench(world);
    open(&mut denied, Command::ShowQuality);
    assert!(denied.shows("This is for whoever leads the study"));
}
