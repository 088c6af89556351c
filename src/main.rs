//! Reads the arguments, runs what they ask for, and leaves with a code that scripts can rely on.

fn main() -> std::process::ExitCode {
    tiebreak::cli::main()
}
