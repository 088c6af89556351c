//! Settings through the door, and the list of projects opened before, which the engine keeps itself.

use tiebreak_domain::{Reply, Request, Settings};

use crate::world::World;

fn load(world: &World) -> Settings {
    match world.engine.call(Request::LoadSettings).unwrap() {
        Reply::Settings(settings) => *settings,
        other => panic!("{other:?}"),
    }
}

fn save(world: &World, settings: &Settings) {
    world.engine.call(Request::SaveSettings(Box::new(settings.clone()))).unwrap();
}

/// The names of the projects opened before, sorted.
fn recent(world: &World) -> Vec<String> {
    let mut names: Vec<String> = load(world)
        .recent
        .iter()
        .map(|recent| std::path::Path::new(&recent.path).file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn settings_saved_from_an_older_copy_keep_the_projects_opened_since() {
    let world = World::new();
    world.create("a.tiebreak");
    let mut copy = load(&world);
    world.create("b.tiebreak");
    copy.text_size = 21.0;
    save(&world, &copy);
    assert_eq!(recent(&world), ["a", "b"]);
    assert_eq!(load(&world).text_size, 21.0, "what was changed is kept");
}

#[test]
fn a_project_taken_off_the_list_stays_off() {
    let world = World::new();
    world.create("a.tiebreak");
    world.create("b.tiebreak");
    let mut copy = load(&world);
    world.create("c.tiebreak");
    copy.recent.retain(|recent| !recent.path.ends_with("a.tiebreak"));
    save(&world, &copy);
    // From the same copy once more, which still has not heard of `c`.
    copy.recent.clear();
    save(&world, &copy);
    save(&world, &copy);
    assert_eq!(recent(&world), ["c"]);
}
