//! What must hold of any municipality, tried on many made-up ones.

use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::model::{
    Ageing, CarryOver, Contribution, Covers, Follows, Income, Line, LineId, Payer, Population, PriceTerms, Prices,
    Rounding, SafetyNet, SafetyNetRule, SafetyNetStep, Scale, UnitCost,
};
use crate::projection::testing::Town;
use crate::projection::{GroupId, Projection};
use crate::units::Year;

/// Numbers from which a municipality is made that uses every part of the model.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    rates: Vec<f64>,
    amounts: Vec<f64>,
    choices: Vec<u8>,
    years: i32,
}

impl Shape {
    /// Any of them.
    pub(super) fn any() -> impl Strategy<Value = Self> {
        let rates = prop::collection::vec(-0.2..0.3f64, 40);
        let amounts = prop::collection::vec(10.0..5000.0f64, 40);
        let choices = prop::collection::vec(0u8..4, 40);
        (rates, amounts, choices, 1..5i32).prop_map(|(rates, amounts, choices, years)| Self {
            rates,
            amounts,
            choices,
            years,
        })
    }
}

/// Hands out the numbers of a shape one after another.
struct Deal<'a>(&'a Shape, usize);

impl Deal<'_> {
    fn next(&mut self) -> usize {
        self.1 += 1;
        self.1 % 40
    }
    fn rate(&mut self) -> f64 {
        let at = self.next();
        self.0.rates[at]
    }
    fn amount(&mut self) -> f64 {
        let at = self.next();
        self.0.amounts[at]
    }
    fn choice(&mut self) -> u8 {
        let at = self.next();
        self.0.choices[at]
    }
}

const B: i32 = 2026;

/// A municipality with clients, flows, measures, all kinds of revenue, budgets
/// and reserves.
pub(super) fn town(shape: &Shape) -> Town {
    let mut deal = Deal(shape, 0);
    let deal = &mut deal;
    let mut town = Town::new(B, B + shape.years);
    let last = B + shape.years;
    let ova = town.ledger("ova", &[(B - 1, 0.04, 0.05), (B, 0.03, 0.035)]);
    town.model.assumptions[0].values.iter_mut().skip(1).for_each(|x| *x = deal.rate().abs() / 4.0);
    town.model.indices[ova.0].carry_over = CarryOver::Subtract;
    let rate = deal.rate().abs() / 4.0;
    let ppc = town.index("ppc", rate);
    let tariff = town.mix("tarief", &[(ova, 0.9), (ppc, 0.1)], CarryOver::Ratio, Rounding::Parts);

    let mut lines = Vec::new();
    for id in ["hulp", "avslh", "mvho", "jeugd", "bijstand", "zonder"] {
        let (cost, clients) = (deal.amount() * 1000.0, deal.amount().round());
        let line = if id == "mvho" {
            town.care(id, 0.0, 0.0)
        } else if id == "jeugd" {
            town.cost(id, cost)
        } else {
            town.care(id, cost, clients)
        };
        lines.push(line);
        let address = |what: &str| format!("cost.{id}.{what}");
        let growth = deal.rate();
        let growth = town.rate(&address("volume.growth"), growth);
        let change = deal.rate() / 3.0;
        let change = town.rate(&address("price.change"), change);
        let intensity = deal.rate() / 2.0;
        let intensity = town.rate(&address("intensity"), intensity);
        let level = deal.rate() / 2.0;
        let level = town.constant(&address("level"), Scale::Level, level);
        let intake = deal.amount() / 100.0;
        let intake = town.constant(&address("volume.intake"), Scale::Count, intake);
        let exit = deal.rate().abs();
        let exit = town.constant(&address("volume.exit"), Scale::Share, exit);
        let ageing = deal.rate() / 3.0;
        let ageing = town.rate(&address("volume.ageing"), ageing);
        let stated = deal.amount();
        let stated = town.constant(&address("unit_cost"), Scale::Price, stated);
        let choice = deal.choice();
        let c = town.cost_mut(line);
        c.growth = (choice != 0).then_some(growth);
        c.level = (choice == 1).then_some(level);
        c.intensity = (choice > 1).then_some(intensity);
        c.ageing = if choice % 2 == 0 { Ageing::Population } else { Ageing::Rate(ageing) };
        c.price = PriceTerms { index: vec![(tariff, 0.7), (ova, 0.2)], change: (choice == 3).then_some(change) };
        if c.counts_clients {
            c.intake = (choice > 0).then_some(intake);
            c.exit = (choice == 2).then_some(exit);
        }
        if id == "mvho" {
            c.unit_cost = Some(UnitCost::PerClient(stated));
        }
        let budget: Vec<(i32, f64)> = (B..=last).map(|y| (y, deal.amount() * 1000.0)).collect();
        if id != "zonder" {
            town.budget(line, &budget);
        }
    }
    population(&mut town, deal);
    let (share, other) = (deal.rate().abs() * 3.0, deal.rate().abs());
    town.flow("herindicatie", lines[1], lines[2], &[(B + 1, share.min(1.0))]);
    town.flow("terug", lines[2], lines[1], &[(B + 2, other)]);
    town.domain("jeugd");
    town.cost_mut(lines[3]).domains = vec![("wmo".into(), 0.3), ("jeugd".into(), 0.7)];
    town.cost_mut(lines[5]).outside = true;

    for (m, id) in ["collectief", "taakstelling", "techniek"].into_iter().enumerate() {
        let amounts: Vec<(i32, f64)> = (B..=last).map(|y| (y, (deal.amount() - 2500.0) * 20.0)).collect();
        let (effect, realised) = (deal.rate() / 2.0, deal.rate() + 0.8);
        let effect = town.rate(&format!("measure.{id}.volume"), effect);
        let realised = town.constant(&format!("measure.{id}.realisation"), Scale::Realisation, realised);
        let choice = deal.choice();
        let measure = town.measure(id, lines[m % 2], &amounts);
        measure.volume = (choice > 1).then_some(effect);
        measure.realisation = (choice > 0).then_some(realised);
        measure.indexed = choice == 3;
        measure.structural = m != 1;
    }
    revenues(&mut town, deal, &lines);
    let compensation = town.rate("budget.compensation", 0.027);
    town.model.budget.compensation = Some(compensation);
    if shape.choices[0] > 0 {
        town.model.budget.prices = Prices::Constant(Year(B));
    }
    let balance = deal.amount() * 100.0;
    town.reserve("jeugdreserve", balance, Covers::Domain("jeugd".into()));
    town.reserve("sociaal", balance * 2.0, Covers::Lines(lines[..5].to_vec()));
    town.reserve("leeg", 0.0, Covers::Total);
    town
}

fn population(town: &mut Town, deal: &mut Deal) {
    let bands = ["75+", "0-17", "18-64", "65-74"];
    let cells = bands.iter().flat_map(|b| ["v", "m"].map(|s| (b.to_string(), s.to_string())));
    town.model.population = Population::new(cells);
    let years: Vec<Year> = town.model.years().collect();
    for year in years {
        let persons: Vec<f64> = (0..8).map(|_| deal.amount()).collect();
        town.model.population.insert(year, &persons);
    }
    for line in town.model.lines.all.iter().map(|l| l.id().to_owned()).collect::<Vec<_>>() {
        let rates: Vec<f64> = (0..8).map(|_| deal.amount() / 50.0).collect();
        town.model.use_rates.insert(&line, town.model.population.cells(), &rates);
    }
}

fn revenues(town: &mut Town, deal: &mut Deal, lines: &[LineId]) {
    let growth = deal.rate();
    let growth = town.rate("revenue.buig.growth", growth);
    let ova = crate::model::IndexId(0);
    let buig = town.revenue("buig", Some(900_000.0), Income::Grows { growth: Some(growth) });
    town.revenue_mut(buig).price = PriceTerms { index: vec![(ova, 1.0)], change: None };
    town.measure("korting", buig, &[(B, 10_000.0), (B + 1, 20_000.0)]).structural = false;
    let share = town.constant("revenue.rijk.follows.share", Scale::Share, 0.6);
    let from_base = deal.choice() > 1;
    let follows = Follows { line: lines[0], share, lag: u32::from(deal.choice()), from_base, indexed_by: Some(ova) };
    town.revenue("rijk", Some(300_000.0), Income::Follows(follows));
    let month = town.constant("revenue.bijdrage.contribution.per_month", Scale::Price, 21.0);
    let contribution = Contribution {
        lines: vec![lines[1], lines[2]],
        per_month: month,
        paying: None,
        per: Payer::Client,
        households_per_client: None,
    };
    let bijdrage = town.revenue("bijdrage", None, Income::Contribution(contribution));
    town.revenue_mut(bijdrage).until = (deal.choice() == 0).then_some(Year(B + 1));
    let steps = vec![SafetyNetStep { from: 0.075, pays: 0.5 }, SafetyNetStep { from: 0.125, pays: 1.0 }];
    let rule = SafetyNetRule { entry: 0.075, cumulated: 0.075, steps };
    let net = SafetyNet {
        cost: vec![lines[4]],
        income: vec![bijdrage],
        budget: vec![buig],
        paid_after: u32::from(deal.choice() % 3),
        rules: BTreeMap::from([(Year(2024), rule)]),
    };
    town.revenue("aanvulling", None, Income::SafetyNet(net));
}

fn near(found: f64, expected: f64, size: f64) -> bool {
    (found - expected).abs() <= 1e-9 * size.abs().max(expected.abs()).max(1.0)
}

/// The same municipality with its lines (and what hangs on them) in another order.
fn reordered(town: &Town, turn: usize) -> Town {
    let mut other = town.clone();
    let n = other.model.lines.all.len();
    let moved = |old: LineId| LineId((old.0 + turn) % n);
    other.model.lines.all.rotate_right(turn % n);
    for line in &mut other.model.lines.all {
        match line {
            Line::Cost(cost) => cost.price.index.reverse(),
            Line::Revenue(revenue) => match &mut revenue.income {
                Income::Follows(f) => f.line = moved(f.line),
                Income::Contribution(c) => c.lines = c.lines.iter().rev().map(|l| moved(*l)).collect(),
                Income::SafetyNet(net) => {
                    for lines in [&mut net.cost, &mut net.income, &mut net.budget] {
                        lines.iter_mut().for_each(|l| *l = moved(*l));
                    }
                }
                Income::Grows { .. } => {}
            },
        }
    }
    for measure in &mut other.model.measures {
        measure.line = moved(measure.line);
    }
    other.model.measures.reverse();
    for flow in &mut other.model.flows {
        (flow.from, flow.to) = (moved(flow.from), moved(flow.to));
    }
    other.model.flows.reverse();
    other.model.domains.reverse();
    for reserve in &mut other.model.reserves {
        if let Covers::Lines(lines) = &mut reserve.covers {
            *lines = lines.iter().map(|l| moved(*l)).collect();
        }
    }
    other
}

/// Every number of a projection by the name of what it is of.
fn by_name(p: &Projection) -> BTreeMap<String, Vec<u64>> {
    let mut all = BTreeMap::new();
    for line in &p.lines {
        let row = |y: &crate::projection::LineYear| {
            let gap = y.gap.map_or(0.0, |g| g.volume + g.price.unwrap_or(1.0));
            [y.amount, y.measures, y.incidental, y.budget_now.unwrap_or(0.0), gap, y.terms.volume, y.terms.price]
        };
        all.insert(line.id.clone(), line.years.iter().flat_map(row).map(f64::to_bits).collect());
    }
    for group in &p.groups {
        let row = |y: &crate::projection::GroupYear| {
            let short = y.shortfall.unwrap_or(-1.0);
            [y.cost, y.revenue, y.balance, y.result, y.structural_balance, short, y.gap.map_or(0.0, |g| g.volume)]
        };
        all.insert(group.id.to_string(), group.years.iter().flat_map(row).map(f64::to_bits).collect());
    }
    for reserve in &p.reserves {
        let row = |y: &crate::projection::ReserveYear| [y.balance, y.covered, y.uncovered];
        all.insert(format!("reserve {}", reserve.id), reserve.years.iter().flat_map(row).map(f64::to_bits).collect());
    }
    all
}

proptest! {
    #[test]
    fn the_order_of_the_file_changes_no_bit(shape in Shape::any(), turn in 1usize..10) {
        let town = town(&shape);
        prop_assert_eq!(by_name(&town.project()), by_name(&reordered(&town, turn).project()));
    }

    #[test]
    fn terms_sum_to_the_change(shape in Shape::any()) {
        let p = town(&shape).project();
        for line in &p.lines {
            for pair in line.years.windows(2) {
                let (before, now) = (&pair[0], &pair[1]);
                let sum = |parts: &[crate::projection::Part]| parts.iter().map(|p| p.amount).sum::<f64>();
                let (v0, v1) = (before.terms.volume, now.terms.volume);
                prop_assert!(near(sum(&now.terms.volume_parts), v1 - v0, v0 + v1), "volume of {}", line.id);
                prop_assert!(near(sum(&now.terms.price_parts), now.terms.price - before.terms.price, 1.0));
                prop_assert!(near(now.terms.intensity_part, now.terms.intensity - before.terms.intensity, 1.0));
                let measures: f64 = now.terms.measures.iter().map(|m| m.amount).sum();
                prop_assert!(near(measures, now.measures, 1e6));
                let without = now.amount - now.measures;
                if now.intensity_index.is_some() {
                    let product = now.terms.unit_cost * v1 * now.terms.intensity * now.terms.price;
                    prop_assert!(near(product, without, now.amount.abs() + now.measures.abs()), "cost of {}", line.id);
                } else {
                    let change = without - (before.amount - before.measures);
                    let size = now.amount.abs() + before.amount.abs() + now.measures.abs();
                    prop_assert!(near(sum(&now.terms.revenue_parts), change, size * 10.0), "revenue of {}", line.id);
                }
            }
        }
    }

    #[test]
    fn parts_sum_to_the_whole(shape in Shape::any()) {
        let town = town(&shape);
        let p = town.project();
        let of = |id: &GroupId| p.groups.iter().find(|g| g.id == *id).expect("every projection has it");
        for (i, _) in p.years.iter().enumerate() {
            let wide = &of(&GroupId::TotalAndOutside).years[i];
            for kind in ["domain", "taakveld"] {
                let rows = p.groups.iter().filter(|g| g.id.to_string().starts_with(kind)).map(|g| &g.years[i]);
                let (cost, revenue) = rows.fold((0.0, 0.0), |(c, r), y| (c + y.cost, r + y.revenue));
                prop_assert!(near(cost, wide.cost, 1e6) && near(revenue, wide.revenue, 1e6));
            }
            let total = &of(&GroupId::Total).years[i];
            let outside: f64 = p.lines.iter().zip(&town.model.lines.all).filter(|(_, l)| l.outside()).map(|(l, _)| l.years[i].amount).sum();
            prop_assert!(near(total.cost + outside, wide.cost, 1e6));
            for group in &p.groups {
                let y = &group.years[i];
                prop_assert!(near(y.balance, y.revenue - y.cost, 1e6));
                if let (Some(gap), Some(budget)) = (y.gap, y.budget_cost) {
                    let parts = gap.volume + gap.price.unwrap_or(0.0) + gap.compensation.unwrap_or(0.0);
                    prop_assert!(near(parts, y.cost - budget, y.cost.abs() + budget.abs()));
                }
                prop_assert_eq!(y.gap.is_none(), y.budget_cost.is_none());
            }
            for line in p.lines.iter().filter(|l| l.years[i].gap.is_some()) {
                let y = &line.years[i];
                let gap = y.gap.expect("filtered");
                let parts = gap.volume + gap.price.unwrap_or(0.0) + gap.compensation.unwrap_or(0.0);
                prop_assert!(near(parts, y.amount - y.budget_now.expect("a gap in all parts"), y.amount.abs()));
            }
        }
        for (reserve, of) in p.reserves.iter().zip(&town.model.reserves) {
            let mut before = of.balance;
            for y in reserve.years.iter().skip(1) {
                prop_assert!(y.balance >= 0.0 && y.covered >= 0.0 && y.uncovered >= 0.0);
                prop_assert!(near(before + y.additions - y.withdrawals - y.covered, y.balance, 1e6));
                before = y.balance;
            }
        }
    }

    #[test]
    fn without_growth_every_year_is_the_base_year(shape in Shape::any()) {
        let mut town = town(&shape);
        for a in &mut town.model.assumptions {
            let same = matches!(a.scale, Scale::Share | Scale::Price | Scale::Count | Scale::Amount);
            let neutral = match a.scale {
                Scale::Realisation => 1.0,
                Scale::Amount | Scale::Price => a.values[0],
                _ if a.address.contains("follows") || a.address.contains("contribution") => a.values[0],
                _ => 0.0,
            };
            if same || matches!(a.scale, Scale::Rate | Scale::Realisation | Scale::Level) {
                a.values.iter_mut().skip(1).for_each(|x| *x = neutral);
            }
        }
        for m in &mut town.model.measures {
            m.indexed = false;
        }
        town.model.indices.iter_mut().for_each(|i| i.carry_over = CarryOver::None);
        let b = town.model.base_year();
        let base: Vec<f64> = town.model.population.persons(b).expect("the base year").collect();
        town.model.years().for_each(|year| town.model.population.insert(year, &base));
        // What looks back before the base year has figures of its own.
        let p = town.project();
        for (line, of) in p.lines.iter().zip(&town.model.lines.all) {
            let looks_back = of.as_revenue().is_some_and(|r| !matches!(r.income, Income::Grows { .. } | Income::Contribution(_)) || r.until.is_some());
            if looks_back {
                continue;
            }
            for y in &line.years {
                prop_assert!(near(y.amount, line.years[0].amount, 1e6), "{} in {}", line.id, y.year);
            }
        }
    }

    #[test]
    fn all_amounts_times_two_give_twice_the_outcome(shape in Shape::any()) {
        let town = town(&shape);
        let mut twice = town.clone();
        for a in &mut twice.model.assumptions {
            if matches!(a.scale, Scale::Amount | Scale::Price) {
                a.values.iter_mut().for_each(|x| *x *= 2.0);
            }
        }
        for line in &mut twice.model.lines.all {
            match line {
                Line::Cost(cost) => cost.base_cost *= 2.0,
                Line::Revenue(revenue) => revenue.base_revenue = revenue.base_revenue.map(|r| r * 2.0),
            }
        }
        let figures: Vec<_> = town.model.figures.iter().map(|(l, q, k, y, r)| (l.to_owned(), q, k, y, r.value)).collect();
        for (line, quantity, kind, year, value) in figures {
            if quantity.is_money() {
                twice.figure(&line, quantity, kind, year.0, value * 2.0);
            }
        }
        twice.model.reserves.iter_mut().for_each(|r| r.balance *= 2.0);
        let (p, q) = (town.project(), twice.project());
        for (one, two) in p.lines.iter().zip(&q.lines) {
            for (one, two) in one.years.iter().zip(&two.years) {
                prop_assert!(near(two.amount, 2.0 * one.amount, 1e6));
            }
        }
        for (one, two) in p.reserves.iter().zip(&q.reserves) {
            for (one, two) in one.years.iter().zip(&two.years) {
                prop_assert!(near(two.balance, 2.0 * one.balance, 1e6));
                prop_assert!(near(two.uncovered, 2.0 * one.uncovered, 1e6));
            }
        }
    }
}
