//! Reads films, from Rust:
//!
//! ```text
//! cargo run --release -p koniscope --example read -- samples/*.jpg
//! ```
#![allow(clippy::print_stdout)]

use std::{env, error::Error, path::Path, time::Instant};

use koniscope::{files::bytes_of, model::Device, reader::load_reader, zones::Zone};

fn main() -> Result<(), Box<dyn Error>> {
    // Loaded once; it reads any number of films, also from several threads.
    let reader = load_reader(Path::new("models"), &Device::cpu(), None)?;
    let start = Instant::now();
    let clock = || start.elapsed().as_secs_f64() * 1e3;
    for path in env::args_os().skip(1) {
        let bytes = bytes_of(path.as_ref(), reader.file_limit())?;
        let film = match reader.read(&bytes, &clock) {
            Ok(film) => film,
            Err(error) => {
                println!("{}: {}: {error}", path.display(), error.kind());
                continue;
            }
        };
        let reading = &film.reading;
        println!("{}: P {:.3}", path.display(), reading.pneumoconiosis.probability);
        if let Some(graded) = &reading.graded {
            println!("  stage {} ({})", graded.gbz70.stage.name(), graded.gbz70.clause_text);
            for zone in Zone::ALL {
                println!("  {}: profusion {}", zone.name(), graded.zones.get(zone).grade);
            }
        }
        println!("  {}", reading.disclaimer);
    }
    Ok(())
}
