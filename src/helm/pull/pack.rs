//! A chart -> its archive.
//!
//! Source: Save and writeTarContents in pkg/chart/v2/util/save.go.
//!
//! **Invariant:** equal charts give equal archives, whenever and wherever they are packed.

use std::io::{self, Write};

use flate2::{Compression, GzBuilder};
use tar::{Builder, Header};

use crate::base::{Diagnostic, Result};
use crate::fetch::Digest;
use crate::gotmpl::Fault;
use crate::helm::chart::Chart;
use crate::helm::pull::archive::Archive;

/// The files in archives have this time if nothing else is said, in seconds since 1970: the start of 2020.
pub const USUAL_TIME: u64 = 1_577_836_800;

/// What Helm puts into the header of each archive that it makes.
const EXTRA: &[u8] = b"rr\x28\x00aHR0cHM6Ly95b3V0dS5iZS96OVV6MWljandyTQo=";

/// Packs a chart with all charts in it; its files get a time, in seconds since 1970.
///
/// Errors: `chart-archive`.
pub fn archive(chart: &Chart, time: u64) -> Result<Archive> {
    let failed = |e: io::Error| {
        Diagnostic::new("chart-archive", format!("cannot pack the chart `{}`: {e}", chart.name()))
            .help("see whether the names of its files are ones that an archive can have")
    };
    let pack = || {
        let mut tar = Builder::new(Vec::new());
        contents(&mut tar, chart, "", time)?;
        let tar = tar.into_inner()?;
        let mut gzip = GzBuilder::new().extra(EXTRA).comment("Helm").write(Vec::new(), Compression::default());
        gzip.write_all(&tar)?;
        // How it is compressed may be another matter tomorrow.
        Ok((gzip.finish()?, Digest::of(&tar)))
    };
    let (content, digest) = pack().map_err(failed)?;
    let file_name = format!("{}-{}.tgz", chart.name(), chart.metadata.version);
    Ok(Archive { digest, content: content.into(), file_name, origin: None })
}

fn contents(tar: &mut Builder<impl Write>, chart: &Chart, parent: &str, time: u64) -> io::Result<()> {
    let base = format!("{parent}{}", chart.name());
    let mut put = |name: &str, data: &[u8]| {
        let mut header = Header::new_ustar();
        header.set_mode(0o644);
        header.set_size(data.len() as u64);
        header.set_mtime(time);
        tar.append_data(&mut header, format!("{base}/{name}"), data)
    };
    let mut metadata = chart.metadata.clone();
    if metadata.api_version == "v1" {
        // They are in requirements.yaml, which is one of the files.
        metadata.dependencies = None;
    }
    let unwritable = |fault: Fault| io::Error::other(fault.to_string());
    put("Chart.yaml", &metadata.to_yaml().map_err(unwritable)?)?;
    if let Some(lock) = chart.lock.as_ref().filter(|_| metadata.api_version == "v2") {
        put("Chart.lock", &lock.to_yaml().map_err(unwritable)?)?;
    }
    let files = chart.values_file.iter().chain(&chart.schema).chain(&chart.templates).chain(&chart.files);
    files.into_iter().try_for_each(|file| put(&file.name, &file.data))?;
    let below = format!("{base}/charts/");
    chart.dependencies.iter().try_for_each(|inner| contents(tar, inner, &below, time))
}
