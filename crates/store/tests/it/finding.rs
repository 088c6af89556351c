//! Search, filters and lines of the items browser.

use tiebreak_domain::{Candidate, Item, ItemFilter, ItemId, ItemStatus, Outcome, Part};

use crate::backend::on_both;
use crate::project::{Project, pair, prefer};

fn found(project: &mut Project, search: &str) -> Vec<u32> {
    let filter = ItemFilter { search: search.to_owned(), ..ItemFilter::default() };
    let found = project.store().reader().unwrap().find(&filter, None, || true).unwrap();
    assert_eq!(found.next, None, "nobody stopped it");
    found.ids.iter().collect()
}

fn words_phrases_and_prefixes_are_found_whatever_their_accents() {
    let mut project = Project::with_items(2);
    let mut item = pair(3);
    item.prompt = vec![Part::markdown("Wo liegt Zürich, naïve Frage?")];
    item.candidates[0] = Candidate::markdown("In der **Schweiz**, am See");
    project.import("more.jsonl", &[item]);
    assert!(found(&mut project, "zurich").is_empty(), "not in the index yet");
    let index = project.store().index_some(2).unwrap();
    assert_eq!((index.indexed, index.total, index.is_complete()), (2, 3, false));
    assert!(project.store().index_some(500).unwrap().is_complete());
    assert_eq!(project.store().index_some(500).unwrap().indexed, 3, "once only");
    assert_eq!(found(&mut project, "ZURICH"), [3]);
    assert_eq!(found(&mut project, "zürich see"), [3], "one word in the prompt, one in a candidate");
    assert!(found(&mut project, "zürich question").is_empty(), "all of them");
    assert_eq!(found(&mut project, "\"am see\""), [3]);
    assert!(found(&mut project, "\"see am\"").is_empty(), "a phrase has an order");
    assert_eq!(found(&mut project, "schw*"), [3]);
    assert!(found(&mut project, "schw").is_empty(), "a word is whole without a star");
    assert_eq!(found(&mut project, "answer"), [1, 2, 3]);
    assert_eq!(found(&mut project, "  "), [1, 2, 3], "nothing to look for finds everything");
    assert!(found(&mut project, "?!").is_empty(), "what no index holds is not found");
    assert!(project.store().reader().unwrap().check().unwrap().is_empty());
}

fn words_are_found_inside_sentences_without_spaces_and_media_by_their_names() {
    let mut project = Project::with_items(1);
    let mut chinese = pair(2);
    chinese.prompt = vec![Part::markdown("我今天去北京大学看iPhone15手机")];
    let mut others = pair(3);
    others.prompt = vec![Part::plain("東京タワーはどこ"), Part::plain("ประเทศไทยสวยงาม")];
    others.candidates[0].parts = vec![Part::image("https://example.org/secret/red_tree-07.png")];
    project.import("more.jsonl", &[chinese, others]);
    project.store().index_some(10).unwrap();
    assert_eq!(found(&mut project, "北京"), [2], "inside a sentence");
    assert_eq!(found(&mut project, "北京大学 今天"), [2], "in any order");
    assert!(found(&mut project, "京北").is_empty(), "a run has an order");
    assert_eq!(found(&mut project, "iphone15"), [2], "next to Chinese");
    assert_eq!(found(&mut project, "看iPhone15手*"), [2]);
    assert_eq!(found(&mut project, "タワー"), [3]);
    assert_eq!(found(&mut project, "ไทย"), [3]);
    assert_eq!(found(&mut project, "red_tree-07.png"), [3], "the name of a file");
    assert_eq!(found(&mut project, "tree"), [3], "a word of it");
    assert!(found(&mut project, "secret").is_empty(), "not its folder");
}

fn a_search_can_stop_and_go_on() {
    let mut project = Project::with_items(1_000);
    project.store().index_some(1_000).unwrap();
    project.store().set_status(&[(ItemId(900), ItemStatus::Deleted)]).unwrap();
    let filter = ItemFilter { search: "question".to_owned(), ..ItemFilter::default() };
    let reader = project.store().reader().unwrap();
    let mut part = reader.find(&filter, None, || false).unwrap();
    let mut all = part.ids.clone();
    assert!((1..1_000).contains(&part.ids.len()), "a first part");
    while let Some(next) = part.next {
        part = reader.find(&filter, Some(next), || false).unwrap();
        assert!(part.ids.is_disjoint(&all), "nothing twice");
        all |= &part.ids;
    }
    assert_eq!(all.len(), 999, "everything but the deleted one");
}

fn a_source_keeps_its_items_apart() {
    let mut project = Project::with_items(3);
    let more = project.import("more.jsonl", &[pair(2), pair(4), pair(5)]);
    let filter = ItemFilter { source: Some(more), ..ItemFilter::default() };
    let reader = project.store().reader().unwrap();
    let found = reader.find(&filter, None, || true).unwrap();
    assert_eq!(
        found.ids.iter().collect::<Vec<_>>(),
        [4, 5],
        "the one that was there stays with its first file"
    );
}

fn lines_are_short_and_say_who_said_what() {
    let mut project = Project::with_items(1);
    let item = Item {
        external_id: Some("x-1".to_owned()),
        prompt: vec![Part::markdown("Draw\n\na   tree")],
        candidates: vec![
            Candidate { parts: vec![Part::image("images/one.png")], ..Candidate::default() },
            Candidate { parts: vec![Part::image("https://example.org/two.png")], ..Candidate::default() },
        ],
        ..Item::default()
    };
    project.import("trees.jsonl", &[item]);
    let ana = project.ana;
    project.say(ana, 2, prefer(Outcome::B));
    let rows = project.store().reader().unwrap().rows(&[ItemId(2), ItemId(1)]).unwrap();
    assert_eq!(rows[0].prompt, "Draw a tree");
    assert_eq!(rows[0].candidates, ["one.png", "two.png"]);
    assert_eq!(rows[0].external_id.as_deref(), Some("x-1"));
    assert_eq!((rows[0].verdicts[0].annotator, rows[0].verdicts[0].outcome), (ana, Some(Outcome::B)));
    assert_eq!(rows[1].id, ItemId(1), "in the order asked");
    assert!(rows[1].verdicts.is_empty());
}

on_both!(
    words_phrases_and_prefixes_are_found_whatever_their_accents,
    words_are_found_inside_sentences_without_spaces_and_media_by_their_names,
    a_search_can_stop_and_go_on,
    a_source_keeps_its_items_apart,
    lines_are_short_and_say_who_said_what,
);
