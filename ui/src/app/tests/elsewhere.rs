//! The interface where the engine runs on another machine, and whoever sits here is signed in to an account.

use egui::{OpenUrl, OutputCommand};

use super::{Bench, saved};
use crate::app::Action;
use crate::command::Command;
use crate::host::Still;

/// What the surroundings are told to do once a command was given.
fn told(bench: &mut Bench, command: Command) -> Vec<OutputCommand> {
    bench.app.want(Action::Command(command));
    let output = bench.output(Vec::new());
    let told = output.platform_output.commands.clone();
    output.drop_without_applying_deltas();
    told
}

fn notices(bench: &Bench) -> Vec<String> {
    bench.app.notices.list().iter().map(|notice| notice.message.clone()).collect()
}

#[test]
fn accounts_open_beside_the_page_where_a_project_is_served() {
    let mut bench = Bench::open(saved);
    bench.app.host = Box::new(Still { is_elsewhere: true, ..bench.clock.clone() });
    let told = told(&mut bench, Command::ShowAccounts);
    let expected = OutputCommand::OpenUrl(OpenUrl::new_tab("/accounts"));
    assert_eq!(told, [expected], "a judgment that is not stored yet lives in this page");
    assert_eq!(notices(&bench), [""; 0]);
}

#[test]
fn at_the_machine_itself_there_are_no_accounts_and_that_is_said() {
    let mut bench = Bench::open(saved);
    let told = told(&mut bench, Command::ShowAccounts);
    assert_eq!(told, []);
    let notices = notices(&bench);
    assert!(notices.len() == 1 && notices[0].contains("tiebreak serve"), "{notices:?}");
}

#[test]
fn nobody_changes_seats_over_a_network() {
    let mut bench = Bench::open(saved);
    bench.app.host = Box::new(Still { is_elsewhere: true, ..bench.clock.clone() });
    told(&mut bench, Command::ShowSeats);
    assert!(bench.app.dialog.is_none());
    assert!(notices(&bench).iter().any(|notice| notice.contains("on the machine that serves it")));
}

#[test]
fn why_a_file_could_not_be_sent_is_said() {
    let mut bench = Bench::open(saved);
    let refused = Some("the server refused the file with status 413".to_owned());
    bench.app.host = Box::new(Still { problem: refused, ..bench.clock.clone() });
    bench.frame(Vec::new());
    assert_eq!(notices(&bench), ["The server refused the file with status 413"]);
}
