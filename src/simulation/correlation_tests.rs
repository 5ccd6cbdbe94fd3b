//! Correlations that can be, and those that cannot.

use super::*;
use crate::model::{AssumptionId, RiskChance, RiskImpact};
use crate::simulation::fixture::Sketch;

/// Assumptions `a`, `b`, ... that are uncertain.
fn sketch(count: usize) -> (Sketch, Vec<Correlated>) {
    let mut s = Sketch::new(2026, 2029);
    let ends = ["a", "b", "c", "d", "e", "f"]
        .into_iter()
        .take(count)
        .map(|id| Correlated::Assumption(s.normal(&format!("cost.{id}.volume.growth"), 0.01, 0.02)))
        .collect();
    (s, ends)
}

/// L L^T of a component, at two members.
fn product(c: &Component, i: usize, j: usize) -> f64 {
    (0..=i.min(j)).map(|k| c.factor[i][k] * c.factor[j][k]).sum()
}

#[test]
fn the_factor_gives_back_the_correlations_in_the_order_of_first_mention() {
    let (mut s, e) = sketch(4);
    s.correlate(e[2], e[0], 0.5);
    s.correlate(e[0], e[1], -0.3);
    let found = components(&s.model).expect("possible");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].members, [e[2], e[0], e[1]]);
    assert_eq!(found[0].factor[0], [1.0]);
    for (i, j, rho) in [(0, 1, 0.5), (1, 2, -0.3), (0, 2, 0.0), (2, 2, 1.0)] {
        assert!((product(&found[0], i, j) - rho).abs() < 1e-15);
    }
}

#[test]
fn what_is_not_linked_is_a_component_of_its_own() {
    let (mut s, e) = sketch(6);
    s.correlate(e[0], e[1], 0.5);
    s.correlate(e[2], e[3], 0.2);
    s.correlate(e[3], e[4], 0.2);
    let found = components(&s.model).expect("possible");
    assert_eq!(found.iter().map(|c| c.members.len()).collect::<Vec<_>>(), [2, 3]);
}

#[test]
fn one_and_minus_one_are_allowed() {
    let (mut s, e) = sketch(4);
    s.correlate(e[0], e[1], 1.0);
    s.correlate(e[0], e[2], -1.0);
    s.correlate(e[1], e[2], -1.0);
    s.correlate(e[0], e[3], 0.4);
    s.correlate(e[1], e[3], 0.4);
    s.correlate(e[2], e[3], -0.4);
    let found = components(&s.model).expect("possible");
    let c = &found[0];
    for (i, j, rho) in [(0, 1, 1.0), (0, 2, -1.0), (1, 2, -1.0), (1, 3, 0.4), (2, 3, -0.4), (3, 3, 1.0)] {
        assert!((product(c, i, j) - rho).abs() < 1e-12, "{i} {j}");
    }
    assert_eq!((c.factor[1][1], c.factor[2][2]), (0.0, 0.0));
}

#[test]
fn a_contradiction_names_the_culprits_and_what_would_be_possible() {
    // a with b and b with c both 0.9 force a with c to at least
    // 0.81 - 0.19 = 0.62; d has nothing to do with it.
    let (mut s, e) = sketch(4);
    s.correlate(e[3], e[0], 0.1);
    s.correlate(e[0], e[1], 0.9);
    s.correlate(e[1], e[2], 0.9);
    s.correlate(e[0], e[2], 0.5);
    let found = components(&s.model).expect_err("impossible");
    assert_eq!(found.len(), 1);
    for name in ["cost.a.volume.growth", "cost.b.volume.growth", "cost.c.volume.growth"] {
        assert!(found[0].message.contains(name), "{}", found[0].message);
    }
    assert!(!found[0].message.contains("cost.d"));
    // To keep a with c at 0.5, a with b may be at most 0.45 + 0.3775 = 0.827:
    // a change of 0.073, less than the 0.12 of a with c.
    let help = found[0].help.as_deref().expect("it says what to do");
    assert!(help.contains("rho = 0.827 in `correlation.c1`"), "{help}");
    assert!(found[0].place.is_some());
}

/// Three of -0.9 in one block: the matrix has the eigenvalue 1 + 2 rho, so the
/// block as a whole can be no lower than -1/(3-1) = -0.5. Four: -1/3.
#[test]
fn a_block_that_is_too_negative_moves_as_a_whole() {
    for (count, possible) in [(3_usize, "rho = -0.5 in"), (4, "rho = -0.333 in")] {
        let (mut s, e) = sketch(count);
        for i in 0..count {
            for j in 0..i {
                s.correlate(e[j], e[i], -0.9);
            }
        }
        for link in &mut s.model.correlations {
            link.id = "blok".into();
        }
        let found = check(&s.model);
        let help = found[0].help.as_deref().expect("it says what to do");
        assert!(help.contains(possible), "{help}");
    }
}

#[test]
fn a_pair_that_is_not_stated_counts_as_nothing_and_the_help_says_so() {
    let (mut s, e) = sketch(3);
    s.correlate(e[0], e[1], 0.9);
    s.correlate(e[1], e[2], 0.9);
    let found = check(&s.model);
    // 0.9^2 + rho^2 <= 1: at most 0.435.
    let help = found[0].help.as_deref().expect("it says what to do");
    assert!(help.contains("rho = 0.435") && help.contains("count as 0"), "{help}");
}

#[test]
fn a_contradiction_of_four_is_found_when_no_three_contradict_each_other() {
    // Four quantities can be no more negatively correlated than -1/3 each;
    // three can be up to -1/2.
    let (mut s, e) = sketch(4);
    for i in 0..4 {
        for j in 0..i {
            s.correlate(e[j], e[i], -0.4);
        }
    }
    let found = check(&s.model);
    assert_eq!(found.len(), 1);
    assert!(found[0].message.contains("cost.a") && found[0].message.contains("cost.d"));
}

#[test]
fn every_mistake_is_found_at_once() {
    let (mut s, e) = sketch(3);
    s.model.assumptions[2].distributions.fill(None);
    let risk = Correlated::Risk(s.risk("pm", RiskChance::Chance(0.5), RiskImpact::ProMemorie, &[2027]));
    s.model.risks[0].chance = None;
    s.correlate(e[0], e[0], 0.5);
    s.correlate(e[0], e[1], 1.2);
    s.correlate(e[0], e[2], 0.2);
    s.correlate(e[0], risk, 0.2);
    s.correlate(e[0], e[1], 0.3);
    s.correlate(e[1], e[0], 0.3);
    let found = check(&s.model);
    let messages: Vec<&str> = found.iter().map(|d| d.message.as_str()).collect();
    assert_eq!(messages.len(), 5, "{messages:?}");
    for part in ["with itself", "1.2", "not uncertain", "`risk.pm`", "twice"] {
        assert!(messages.iter().any(|m| m.contains(part)), "{part}");
    }
}

#[test]
fn twenty_four_at_once_are_factored() {
    // Correlation 0.5^|i - j|: the factor of an autoregression, known by hand.
    let mut s = Sketch::new(2026, 2029);
    let e: Vec<AssumptionId> = (0..24).map(|i| s.normal(&format!("cost.p{i}.volume.growth"), 0.0, 0.01)).collect();
    for i in 0..24 {
        for j in 0..i {
            s.correlate(
                Correlated::Assumption(e[j]),
                Correlated::Assumption(e[i]),
                0.5f64.powi(i32::try_from(i - j).expect("small")),
            );
        }
    }
    let found = components(&s.model).expect("possible");
    for (i, row) in found[0].factor.iter().enumerate() {
        for (j, l) in row.iter().enumerate() {
            let fresh = if j == 0 { 1.0 } else { 0.75f64.sqrt() };
            let exact = 0.5f64.powi(i32::try_from(i - j).expect("small")) * fresh;
            assert!((l - exact).abs() < 1e-12, "{i} {j}");
        }
    }
}
