//! Hands the arguments to [`cli`] and returns its exit code.

/// Builds make and drop many small texts; the system's allocator takes a fifth longer for that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

mod cli;

fn main() -> std::process::ExitCode {
    kz::base::stack::with_deep_stack(|| cli::run(std::env::args_os().collect())).into()
}
