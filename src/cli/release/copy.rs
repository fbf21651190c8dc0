//! `kz release copy`, `export`, `import`

use std::fs::File;
use std::io::IsTerminal;

use clap::{Arg, ArgMatches, Command};
use kz::base::{Diagnostic, Result, Sources};
use kz::fetch::git::NamedBy;
use kz::release::archive;
use kz::release::copy::{Copied, copy};
use kz::release::store::{Address, Memory};

use super::stores;
use crate::cli::args::{Purpose, text, texts};
use crate::cli::exit::Exit;
use crate::cli::ui::{Ui, counted};

const COPY_EXAMPLES: &str = "\
Examples:
  kz release copy .kz git:                        all releases, into a branch of this repository
  kz release copy git:origin s3://releases/shop   into a bucket
  kz release copy .kz ../backup web api           two of them";

const EXPORT_EXAMPLES: &str = "\
Examples:
  kz release export > releases.kz.tar.zst         all releases
  kz release export web > web.kz.tar.zst          one of them";

const IMPORT_EXAMPLES: &str = "\
Examples:
  kz release import web.kz.tar.zst                into the store of this repository
  kz release import web.kz.tar.zst --store git:   into another one";

pub fn copy_command(_purpose: Purpose) -> Command {
    Command::new("copy")
        .about("Copy releases from one store into another; what is there already stays as it is")
        .override_usage("kz release copy FROM TO [NAME…] [FLAGS]")
        .after_help(COPY_EXAMPLES)
        .arg(Arg::new("from").value_name("FROM").required(true).help("The store to copy from, as of `--store`"))
        .arg(
            Arg::new("to")
                .value_name("TO")
                .required(true)
                .help("The store to copy into; it is made if it is not there"),
        )
        .arg(names())
        .next_help_heading("Store")
        .arg(stores::identity_flag())
}

pub fn export_command(_purpose: Purpose) -> Command {
    let command = Command::new("export")
        .about("Write releases to stdout as one file: a tar archive, compressed by zstd")
        .override_usage("kz release export [NAME…] [FLAGS] > FILE")
        .after_help(EXPORT_EXAMPLES)
        .arg(names());
    stores::flags(command)
}

pub fn import_command(_purpose: Purpose) -> Command {
    let command = Command::new("import")
        .about("Take releases out of such a file into a store")
        .override_usage("kz release import FILE [FLAGS]")
        .after_help(IMPORT_EXAMPLES)
        .arg(
            Arg::new("file").value_name("FILE").required(true).help("What `kz release export` wrote, or `-` for stdin"),
        );
    stores::flags(command)
}

fn names() -> Arg {
    Arg::new("names").value_name("NAME").num_args(0..).help("The releases; all of them if none is named")
}

pub fn copy_all(matches: &ArgMatches, ui: &Ui) -> Exit {
    let copied = || {
        let at = |name| stores::at(&Address::parse(&text(matches, name))?, NamedBy::User, &stores::Named::default());
        let (from, to) = (at("from")?, at("to")?);
        if from.name() == to.name() {
            return Err(Diagnostic::new("store-address", format!("{} cannot be copied into itself", from.name()))
                .help("name another store"));
        }
        let copied = copy(&*from, &*to, &texts(matches, "names"), &stores::identities_of(matches)?)?;
        Ok((copied, to.name()))
    };
    told(copied(), &Sources::new(), ui)
}

pub fn import(matches: &ArgMatches, ui: &Ui) -> Exit {
    let sources = Sources::new();
    let copied = || {
        let named = stores::Named::new(matches);
        let to = stores::store(&named, &sources)?;
        let from = read(&text(matches, "file"))?;
        let copied = copy(&from, &*to, &[], &stores::identities(&named)?)?;
        Ok((copied, to.name()))
    };
    told(copied(), &sources, ui)
}

fn read(file: &str) -> Result<Memory> {
    if file == "-" {
        return archive::read(std::io::stdin().lock(), "what stands on stdin");
    }
    let open = File::open(file).map_err(|error| {
        Diagnostic::new("read", format!("cannot read `{file}`: {error}"))
            .help("name a file that `kz release export` wrote")
    })?;
    archive::read(open, &format!("`{file}`"))
}

/// The archive is made in memory, so that nothing is written where something fails.
pub fn export(matches: &ArgMatches, ui: &Ui) -> Exit {
    let sources = Sources::new();
    let exported = || {
        let mut stdout = std::io::stdout().lock();
        if stdout.is_terminal() {
            return Err(Diagnostic::new("release-archive", "an archive is not written to a terminal")
                .help("`kz release export > FILE`"));
        }
        let opened = stores::open(&stores::Named::new(matches), &sources)?;
        let memory = Memory::new("the archive");
        let copied = copy(&*opened.store, &memory, &texts(matches, "names"), &opened.identities)?;
        archive::write(memory, &mut stdout)?;
        Ok((copied, "the archive".to_owned()))
    };
    told(exported(), &sources, ui)
}

/// 0: all is there now; 1: something could not be copied.
fn told(copied: Result<(Copied, String)>, sources: &Sources, ui: &Ui) -> Exit {
    let (copied, to) = match copied {
        Ok(copied) => copied,
        Err(error) => return ui.fail(&error, sources),
    };
    ui.note(&format!("{} copied into {to}", counted(copied.revisions, "revision")));
    for problem in &copied.damaged {
        let error = Diagnostic::new("store-damaged", problem.clone());
        ui.fail(&error.help("it was left out; all else was copied"), sources);
    }
    if copied.damaged.is_empty() { Exit::Done } else { Exit::Failed }
}
