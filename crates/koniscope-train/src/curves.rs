//! A run's curves as SVG: training loss and tuning score over epochs.

use std::fmt::Write;

use crate::run_log::EpochRecord;

const WIDTH: f64 = 720.0;
const PANEL: f64 = 220.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 20.0;
const TOP: f64 = 36.0;

/// Blue and vermilion (Okabe and Ito 2008), tellable apart by the color-blind.
const COLORS: [&str; 2] = ["#0072B2", "#D55E00"];

/// Two panels, one over the other: loss, and the score with its best epoch marked.
pub fn training_curves(records: &[EpochRecord], score_name: &str) -> String {
    let height = 2.0 * (PANEL + TOP) + 40.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"{WIDTH}\" height=\"{height}\" fill=\"white\"/>\n"
    );
    let loss: Vec<f64> = records.iter().map(|r| r.train_loss).collect();
    let score: Vec<f64> = records.iter().map(|r| r.score).collect();
    let best = records.last().map(|r| r.best_epoch);
    panel(&mut svg, TOP, "training loss", &loss, COLORS[0], None);
    panel(&mut svg, 2.0 * TOP + PANEL, score_name, &score, COLORS[1], best);
    let _ = writeln!(
        svg,
        "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">epoch</text>\n</svg>",
        WIDTH / 2.0,
        height - 8.0
    );
    svg
}

fn panel(svg: &mut String, top: f64, name: &str, values: &[f64], color: &str, best: Option<usize>) {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let span = if high > low { high - low } else { 1.0 };
    let last = values.len().saturating_sub(1).max(1) as f64;
    let x = |i: usize| LEFT + (WIDTH - LEFT - RIGHT) * i as f64 / last;
    let y = |v: f64| top + PANEL * (1.0 - (v - low) / span);
    let _ = writeln!(
        svg,
        "<text x=\"{LEFT}\" y=\"{}\" font-weight=\"bold\">{}</text>\n\
         <rect x=\"{LEFT}\" y=\"{top}\" width=\"{}\" height=\"{PANEL}\" fill=\"none\" \
         stroke=\"#999\"/>",
        top - 10.0,
        escape(name),
        WIDTH - LEFT - RIGHT,
    );
    if values.is_empty() {
        return;
    }
    for tick in 0..=4 {
        let value = low + span * f64::from(tick) / 4.0;
        let _ = writeln!(
            svg,
            "<line x1=\"{LEFT}\" x2=\"{}\" y1=\"{y:.1}\" y2=\"{y:.1}\" stroke=\"#ddd\"/>\
             <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{value:.4}</text>",
            WIDTH - RIGHT,
            LEFT - 6.0,
            y(value) + 4.0,
            y = y(value),
        );
    }
    for i in (0..values.len()).step_by(values.len().div_ceil(10)) {
        let _ = writeln!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            x(i),
            top + PANEL + 14.0,
            i + 1
        );
    }
    let points: Vec<String> =
        values.iter().enumerate().map(|(i, v)| format!("{:.1},{:.1}", x(i), y(*v))).collect();
    let _ = writeln!(
        svg,
        "<polyline points=\"{}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"2\"/>",
        points.join(" ")
    );
    if let Some((i, value)) = best.and_then(|i| values.get(i).map(|v| (i, *v))) {
        let _ = writeln!(
            svg,
            "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"4\" fill=\"{color}\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">best {value:.4}, epoch {}</text>",
            x(i),
            y(value),
            x(i).clamp(LEFT + 80.0, WIDTH - RIGHT - 80.0),
            y(value) + 18.0,
            i + 1
        );
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_epoch_is_named() {
        let record = |epoch, score| EpochRecord {
            epoch,
            train_loss: 1.0 / (epoch + 1) as f64,
            score,
            learning_rate: 0.1,
            best_epoch: 1,
            seconds: 1.0,
        };
        let svg =
            training_curves(&[record(0, 0.5), record(1, 0.9), record(2, 0.8)], "tuning <Dice>");
        assert!(svg.contains("best 0.9000, epoch 2") && svg.contains("tuning &lt;Dice>"));
        assert_eq!(svg.matches("<polyline").count(), 2);
        assert!(!training_curves(&[], "x").contains("NaN"));
    }
}
