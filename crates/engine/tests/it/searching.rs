//! Finding items, and rows by their place.

use tiebreak_domain::door::ViewId;
use tiebreak_domain::filter::ItemState;
use tiebreak_domain::{ErrorCode, Event, ItemFilter, Outcome, Reply, Request};

use crate::world::{World, trl_rows};

fn find(world: &World, filter: ItemFilter) -> (ViewId, u64) {
    match world.engine.call(Request::Find(filter)).unwrap() {
        Reply::Found { view, count, is_complete } => {
            assert!(is_complete, "a small project is searched at once");
            (view, count)
        }
        other => panic!("{other:?}"),
    }
}

fn rows(world: &World, view: ViewId, from: u64, count: u32) -> Vec<i64> {
    match world.engine.call(Request::Rows { view, from, count }).unwrap() {
        Reply::Rows { rows, .. } => rows.iter().map(|row| row.id.0).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_whole_index_is_told_after_numbers_that_say_it_is_not_whole() {
    let world = World::new();
    world.create("a.tiebreak");
    world.import(&world.write("rows.jsonl", trl_rows(6_000)));
    let info = world.info();
    // What arrives before the numbers do is lost on an interface that waits for them.
    std::thread::sleep(std::time::Duration::from_millis(100));
    let lost = world.events.try_iter().count();
    if info.search_index.is_complete() {
        eprintln!("the index was built before it could be asked for ({lost} events)");
        return;
    }
    let index = world.wait(|event| match event {
        Event::SearchIndex(index) if index.is_complete() => Some(index),
        _ => None,
    });
    assert_eq!((index.indexed, index.total), (6_000, 6_000));
    assert_eq!(world.info().search_index, index, "and the project says the same");
}

#[test]
fn words_and_states_narrow_what_is_found() {
    let world = World::new();
    world.create("a.tiebreak");
    world.import(&world.write("rows.jsonl", trl_rows(30)));
    // Of so few it can be whole before the import is told to have ended, and then no event follows.
    if !world.info().search_index.is_complete() {
        world.wait(|event| match event {
            Event::SearchIndex(index) => (index.is_complete() && index.total == 30).then_some(()),
            _ => None,
        });
    }
    assert_eq!(world.info().search_index.indexed, 30);
    let (all, count) = find(&world, ItemFilter::default());
    assert_eq!(count, 30);
    assert_eq!(rows(&world, all, 10, 3), [11, 12, 13], "rows by their place");
    assert_eq!(rows(&world, all, 29, 9), [30], "fewer at the end");
    assert_eq!(rows(&world, all, 30, 9), [0_i64; 0], "none behind it");
    let search = |text: &str| find(&world, ItemFilter { search: text.into(), ..ItemFilter::default() }).1;
    assert_eq!(search("17"), 1);
    assert_eq!(search("question bad"), 30, "every word, in prompt or candidates");
    assert_eq!(search("nowhere"), 0);
    world.judge_next(Outcome::A);
    let judged = ItemFilter { state: ItemState::Judged, ..ItemFilter::default() };
    let (view, count) = find(&world, judged.clone());
    assert_eq!((count, rows(&world, view, 0, 9)), (1, vec![1]));
    let both = ItemFilter { search: "17".into(), ..judged };
    assert_eq!(find(&world, both).1, 0, "every part narrows");
    let error = world.refused(Request::Rows { view: all, from: 0, count: 1 });
    assert_eq!(error.code, ErrorCode::NotFound, "old results are let go");
}
