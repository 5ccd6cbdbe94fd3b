//! Available against needed capacity: ratio, class and the council's norm.
//!
//! The classes are those of the Nederlands Adviesbureau voor Risicomanagement
//! and the University of Twente, as printed by Stein, Buren and Rijssen-Holten.
//! Their sources leave open to which class a bound belongs; here it is the
//! better one.

/// Ratio from which each class holds, best first; below the last it is F.
pub const CLASSES: [(f64, char); 5] = [(2.0, 'A'), (1.4, 'B'), (1.0, 'C'), (0.8, 'D'), (0.6, 'E')];

/// Class of a ratio.
pub fn class_of(ratio: f64) -> char {
    CLASSES.iter().find(|(from, _)| ratio >= *from).map_or('F', |(_, class)| *class)
}

/// Ratio and class of what is available to what is needed. Nothing needed has
/// no ratio and is class A.
pub fn judge(available: f64, needed: f64) -> (Option<f64>, char) {
    if needed > 0.0 {
        let ratio = available / needed;
        (Some(ratio), class_of(ratio))
    } else {
        (None, 'A')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_ratios_have_their_published_class() {
        // Stein: 15,268 / 3,209; Buren: 14,545 / 5,000; Gilze-Rijen: 10,440,592 / 11,946,871.
        let (ratio, class) = judge(15_268.0, 3_209.0);
        assert_eq!((format!("{:.2}", ratio.unwrap()), class), ("4.76".to_owned(), 'A'));
        let (ratio, class) = judge(14_545.0, 5_000.0);
        assert_eq!((format!("{:.2}", ratio.unwrap()), class), ("2.91".to_owned(), 'A'));
        let (ratio, class) = judge(10_440_592.0, 11_946_871.0);
        assert_eq!((format!("{:.3}", ratio.unwrap()), class), ("0.874".to_owned(), 'D'));
    }

    #[test]
    fn a_bound_belongs_to_the_better_class() {
        let classes: String =
            [2.0, 1.999, 1.4, 1.399, 1.0, 0.999, 0.8, 0.799, 0.6, 0.599, 0.0].map(class_of).iter().collect();
        assert_eq!(classes, "ABBCCDDEEFF");
    }

    #[test]
    fn nothing_needed_is_class_a_without_a_ratio() {
        assert_eq!(judge(100.0, 0.0), (None, 'A'));
        assert_eq!(judge(0.0, 0.0), (None, 'A'));
        assert_eq!(judge(0.0, 1.0), (Some(0.0), 'F'));
    }
}
