//! Wall and CPU time of repeated runs.

use std::time::Instant;

use serde::Serialize;

/// What runs took.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Times {
    pub(super) median_ms: f64,
    pub(super) min_ms: f64,
    /// Median over runs of the time of all threads, where the system tells it.
    pub(super) cpu_ms: Option<f64>,
    pub(super) runs: usize,
}

/// Times `runs` runs after one that is not counted.
pub(super) fn measure(
    runs: usize,
    run: &mut dyn FnMut() -> anyhow::Result<()>,
) -> anyhow::Result<Times> {
    run()?;
    let (mut wall, mut cpu) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        let (start, before) = (Instant::now(), cpu_ms());
        run()?;
        wall.push(start.elapsed().as_secs_f64() * 1e3);
        cpu.extend(cpu_ms().zip(before).map(|(now, before)| now - before));
    }
    wall.sort_by(f64::total_cmp);
    cpu.sort_by(f64::total_cmp);
    Ok(Times {
        median_ms: wall[runs / 2],
        min_ms: wall[0],
        cpu_ms: cpu.get(runs / 2).copied(),
        runs,
    })
}

/// Milliseconds that all threads of this process have computed.
#[cfg(unix)]
fn cpu_ms() -> Option<f64> {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Some(time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6)
}

#[cfg(not(unix))]
fn cpu_ms() -> Option<f64> {
    None
}
