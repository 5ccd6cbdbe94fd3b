//! Bridges of thousands of random pairs, and each factor worked out by hand.

use super::*;
use crate::analysis::fixture::saving;
use crate::dutch;
use crate::model::{
    AssumptionId, Domain, FigureKind, Flow, Line, LineId, Provenance, Quantity, Recorded, Reserve, UnitCost,
};
use crate::projection::{BridgeDriver, Cause, GroupId};
use crate::simulation::fixture::Sketch;

fn place() -> crate::diagnostic::Place {
    crate::diagnostic::Place::new("base.toml", 1, 1, 1)
}

/// A fixed row of numbers between 0 and 1.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        #[allow(clippy::cast_precision_loss, reason = "33 bits")]
        let x = (self.0 >> 31) as f64;
        x / f64::from(2u32.pow(16)) / f64::from(2u32.pow(17))
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.roll()
    }

    fn chance(&mut self, p: f64) -> bool {
        self.roll() < p
    }
}

fn rate(s: &mut Sketch, address: &str, value: f64) -> AssumptionId {
    s.assumption(address, Scale::Rate, value, None, 0.0)
}

fn flow(s: &mut Sketch, from: LineId, to: LineId, share: f64) {
    let share = s.assumption("flow.f.share", Scale::Share, share, None, 0.0);
    let (id, label) = ("f".to_owned(), "f".to_owned());
    s.model.flows.push(Flow { id, label, from, to, share, place: place() });
}

/// A municipality whose structure follows from `shape` and whose values from `values`.
fn random(shape: u64, values: u64) -> Model {
    let (mut shape, mut dice) = (Dice(shape), Dice(values));
    let mut s = Sketch::new(2026, 2029);
    s.model.domains =
        vec![Domain { id: "wmo".into(), label: "Wmo".into(), sum_clients: shape.chance(0.5), place: place() }];
    let ova = rate(&mut s, "index.ova.rate", dice.between(-0.02, 0.08));
    let ppc = rate(&mut s, "index.ppc.rate", dice.between(-0.02, 0.08));
    let (ova, ppc) = (s.index("ova", ova), s.index("ppc", ppc));
    let mut with_clients = Vec::new();
    for n in 0..1 + (shape.roll() * 4.0) as usize {
        let id = format!("l{n}");
        let clients = shape.chance(0.6).then(|| if dice.chance(0.1) { 0.0 } else { dice.between(5.0, 900.0) });
        let cost = if dice.chance(0.1) { 0.0 } else { dice.between(-2e5, 5e6) };
        let line = s.cost(&id, cost, clients);
        if clients.is_some() {
            with_clients.push(line);
            if shape.chance(0.5) {
                let intake =
                    s.assumption(&format!("cost.{id}.volume.intake"), Scale::Count, dice.between(0.0, 50.0), None, 0.0);
                s.line(line).intake = Some(intake);
            }
            if shape.chance(0.3) {
                let exit =
                    s.assumption(&format!("cost.{id}.volume.exit"), Scale::Share, dice.between(0.0, 0.3), None, 0.0);
                s.line(line).exit = Some(exit);
            }
        }
        let growth = rate(&mut s, &format!("cost.{id}.volume.growth"), dice.between(-0.1, 0.15));
        s.line(line).growth = Some(growth);
        if shape.chance(0.5) {
            let ageing = rate(&mut s, &format!("cost.{id}.volume.ageing"), dice.between(0.0, 0.05));
            s.line(line).ageing = crate::model::Ageing::Rate(ageing);
        }
        if shape.chance(0.4) {
            let intensity = rate(&mut s, &format!("cost.{id}.intensity"), dice.between(-0.05, 0.05));
            s.line(line).intensity = Some(intensity);
        }
        if shape.chance(0.3) {
            let level = s.assumption(&format!("cost.{id}.level"), Scale::Level, dice.between(-0.1, 0.2), None, 1.0);
            s.line(line).level = Some(level);
        }
        s.line(line).price.index = vec![(ova, 0.7), (ppc, 0.2)];
        if shape.chance(0.3) {
            let change = rate(&mut s, &format!("cost.{id}.price.change"), dice.between(-0.03, 0.06));
            s.line(line).price.change = Some(change);
        }
        if shape.chance(0.4) {
            saving(&mut s, &format!("m{n}"), line, dice.between(-4e5, 2e5)).structural = shape.chance(0.5);
        }
    }
    if let [first, second, ..] = with_clients[..] {
        flow(&mut s, first, second, dice.between(0.0, 0.4));
    }
    let growth = rate(&mut s, "revenue.r.growth", dice.between(-0.1, 0.1));
    let revenue = s.revenue("r", dice.between(0.0, 3e6), Some(growth));
    if shape.chance(0.3) {
        saving(&mut s, "mr", revenue, dice.between(-1e5, 1e5)).structural = false;
    }
    s.model
}

fn end(model: Model) -> End {
    End::of_model(model, "x".into())
}

fn check(accounts: &[Account]) {
    for account in accounts {
        for bridge in [&account.cost, &account.revenue].into_iter().flatten() {
            let sum: f64 = bridge.items.iter().map(|i| i.amount).sum();
            assert!((sum - (bridge.to - bridge.from)).abs() < 0.01, "{}: {sum} {bridge:?}", account.id);
        }
        let parts: f64 = account.parts().iter().map(|(_, x)| x).sum();
        assert!((parts - account.result.change()).abs() < 0.01, "{}: {parts} {:?}", account.id, account.result);
        let bars = waterfall(account);
        let last = &bars[bars.len() - 2..];
        assert!((last[0].span.to - last[1].amount).abs() < 0.01, "{}: the bars meet", account.id);
    }
}

/// Items by driver; a line that is new one way has ended the other way.
fn by_driver(account: &Account) -> BTreeMap<(bool, BridgeDriver, bool), f64> {
    let mut sums = BTreeMap::new();
    for (bridge, cost) in [(&account.cost, true), (&account.revenue, false)] {
        for item in bridge.iter().flat_map(|b| &b.items) {
            let driver = if item.driver == BridgeDriver::Ended { BridgeDriver::New } else { item.driver.clone() };
            *sums.entry((cost, driver, item.incidental)).or_insert(0.0) += item.amount;
        }
    }
    sums
}

#[test]
fn thousands_of_random_pairs_sum_to_the_cent_and_turn_around() {
    for n in 0..2_000u64 {
        let (a, b) = (end(random(n, 2 * n + 1)), end(random(n, 2 * n + 2)));
        let last = Year(2029);
        let (there, back) = (accounts(&a, &b, last, last), accounts(&b, &a, last, last));
        check(&there);
        assert_eq!(there.len(), back.len());
        for (x, y) in there.iter().zip(&back) {
            let (x, y) = (by_driver(x), by_driver(y));
            for key in x.keys().chain(y.keys()) {
                let sum = x.get(key).copied().unwrap_or(0.0) + y.get(key).copied().unwrap_or(0.0);
                assert!(sum.abs() < 0.01, "pair {n}: {key:?} {sum}");
            }
        }
        let (first, through) = (Year(2026), accounts(&a, &a, Year(2026), last));
        check(&through);
        check(&accounts(&b, &b, last, first));
        if n % 10 == 0 {
            assert!(accounts(&a, &a.clone(), last, last).iter().all(Account::is_unchanged), "pair {n}");
        }
    }
}

#[test]
fn lines_that_only_one_side_has_are_new_or_ended() {
    let two = {
        let mut s = Sketch::new(2026, 2027);
        s.cost("a", 100.0, None);
        s.cost("b", 50.0, None);
        s.model
    };
    let mut one = two.clone();
    one.lines.all.pop();
    let all = accounts(&end(one.clone()), &end(two.clone()), Year(2027), Year(2027));
    check(&all);
    let total = all.iter().find(|a| a.id == AccountId::Group(GroupId::Total)).expect("there");
    assert_eq!(total.side(true), [(Part::Other, 50.0)]);
    check(&accounts(&end(two), &end(one), Year(2027), Year(2027)));
}

fn total(accounts: &[Account]) -> &Account {
    accounts.iter().find(|a| a.id == AccountId::Group(GroupId::Total)).expect("there is a total")
}

fn part(account: &Account, part: Part) -> f64 {
    account.parts().iter().find(|(p, _)| *p == part).map_or(0.0, |(_, x)| *x)
}

/// One line of 1,000 for 100 clients, changed by `change`, bridged from 2026 to 2027.
fn through_one_year(change: impl Fn(&mut Sketch, LineId)) -> Account {
    let mut s = Sketch::new(2026, 2027);
    let line = s.cost("a", 1_000.0, Some(100.0));
    change(&mut s, line);
    let model = end(s.model);
    let all = accounts(&model, &model, Year(2026), Year(2027));
    check(&all);
    total(&all).clone()
}

#[test]
fn each_factor_alone_takes_the_whole_change() {
    let near = |x: f64, y: f64| assert!((x - y).abs() < 1e-9, "{x} is not {y}");
    let growth = through_one_year(|s, l| s.line_growth(l, 0.1));
    // 100 clients become 110 at 10 euros: 100 more cost, so 100 less result.
    near(part(&growth, Part::Growth), -100.0);
    let ageing = through_one_year(|s, l| {
        let a = rate(s, "cost.a.volume.ageing", 0.03);
        s.line(l).ageing = crate::model::Ageing::Rate(a);
    });
    near(part(&ageing, Part::Ageing), -30.0);
    let intake = through_one_year(|s, l| {
        let a = s.assumption("cost.a.volume.intake", Scale::Count, 7.0, None, 0.0);
        s.line(l).intake = Some(a);
    });
    near(part(&intake, Part::Intake), -70.0);
    let exit = through_one_year(|s, l| {
        let a = s.assumption("cost.a.volume.exit", Scale::Share, 0.2, None, 0.0);
        s.line(l).exit = Some(a);
    });
    near(part(&exit, Part::Flow), 200.0);
    let intensity = through_one_year(|s, l| {
        let a = rate(s, "cost.a.intensity", 0.05);
        s.line(l).intensity = Some(a);
    });
    near(part(&intensity, Part::Intensity), -50.0);
    let price = through_one_year(|s, l| {
        let (x, y) = (rate(s, "index.ova.rate", 0.04), rate(s, "index.ppc.rate", 0.02));
        let (x, y) = (s.index("ova", x), s.index("ppc", y));
        s.line(l).price.index = vec![(x, 0.9), (y, 0.1)];
    });
    // 0.9 x 4 % + 0.1 x 2 % = 3.8 %: 36 by the one, 2 by the other.
    near(part(&price, Part::Price), -38.0);
    let items = &price.cost.as_ref().expect("cost").items;
    near(
        items.iter().find(|i| i.driver == BridgeDriver::Price(Cause::Index("ova".into()))).expect("there").amount,
        36.0,
    );
    let saved = through_one_year(|s, l| saving(s, "m", l, -25.0).structural = false);
    near(part(&saved, Part::Measures), 25.0);
    near(saved.incidental(), 25.0);
    near(saved.structural(), 0.0);
    let grant = through_one_year(|s, _| {
        let g = rate(s, "revenue.r.growth", 0.1);
        s.revenue("r", 500.0, Some(g));
    });
    near(part(&grant, Part::Revenue), 50.0);
}

impl Sketch {
    fn line_growth(&mut self, line: LineId, growth: f64) {
        let a = rate(self, "cost.a.volume.growth", growth);
        self.line(line).growth = Some(a);
    }
}

#[test]
fn volume_and_price_together_split_by_the_logarithmic_mean() {
    // 1,000 becomes 1,000 x 1.1 x 1.2 = 1,320; L = 320 / ln 1.32 = 1,152.61;
    // volume L ln 1.1 = 109.855, price L ln 1.2 = 210.145.
    let both = through_one_year(|s, l| {
        s.line_growth(l, 0.1);
        let a = rate(s, "cost.a.price.change", 0.2);
        s.line(l).price.change = Some(a);
    });
    assert!((part(&both, Part::Growth) + 109.855).abs() < 0.001, "{both:?}");
    assert!((part(&both, Part::Price) + 210.145).abs() < 0.001);
}

#[test]
fn a_level_between_scenarios_is_unit_cost() {
    let build = |level: f64| {
        let mut s = Sketch::new(2026, 2027);
        let line = s.cost("a", 1_000.0, Some(100.0));
        let level = s.assumption("cost.a.level", Scale::Level, level, None, 1.0);
        s.line(line).level = Some(level);
        end(s.model)
    };
    let all = accounts(&build(0.0), &build(0.08), Year(2027), Year(2027));
    check(&all);
    assert!((part(total(&all), Part::UnitCost) + 80.0).abs() < 1e-9);
}

#[test]
fn clients_who_move_between_lines_of_a_group_are_mix() {
    // 50 clients at 10 and 50 at 20 euros; a fifth of the first move: 40 and
    // 60. The number of clients stays, so volume is 0 and mix +100 of cost.
    let mut s = Sketch::new(2026, 2027);
    s.model.domains[0].sum_clients = true;
    let (a, b) = (s.cost("a", 500.0, Some(50.0)), s.cost("b", 1_000.0, Some(50.0)));
    flow(&mut s, a, b, 0.2);
    let model = end(s.model);
    let all = accounts(&model, &model, Year(2026), Year(2027));
    check(&all);
    let domain = all.iter().find(|x| x.id == AccountId::Group(GroupId::Domain("wmo".into()))).expect("there");
    let items = &domain.cost.as_ref().expect("cost").items;
    let volume: f64 = items.iter().filter(|i| matches!(i.driver, BridgeDriver::Volume(_))).map(|i| i.amount).sum();
    let mix: f64 = items.iter().filter(|i| i.driver == BridgeDriver::Mix).map(|i| i.amount).sum();
    assert!(volume.abs() < 1e-9, "{items:?}");
    assert!((mix - 100.0).abs() < 1e-9, "{items:?}");
    // The total may not sum clients: there it stays volume of the lines.
    assert!((part(total(&all), Part::Flow) + 100.0).abs() < 1e-9);
}

#[test]
fn reserves_are_a_part_of_the_result() {
    let build = |withdrawal: f64| {
        let mut s = Sketch::new(2026, 2027);
        s.cost("a", 1_000.0, None);
        s.model.reserves.push(Reserve {
            id: "ar".into(),
            label: "ar".into(),
            balance: 1_000.0,
            covers: crate::model::Covers::Nothing,
            provenance: Provenance::default(),
            place: place(),
        });
        let recorded = Recorded { value: withdrawal, source: None, place: place() };
        s.model.figures.insert("ar", Quantity::Withdrawal, FigureKind::Budget, Year(2027), recorded);
        end(s.model)
    };
    let all = accounts(&build(100.0), &build(250.0), Year(2027), Year(2027));
    check(&all);
    assert_eq!(total(&all).parts(), [(Part::Reserve, 150.0)]);
}

#[test]
fn heerde_youth_2023_to_2024_is_volume_and_price_exactly() {
    // Raadsmonitor Heerde 2024, figuur 39: 540 clients and 4,156,634 euros
    // become 573 and 4,813,135, a difference of 656,501. By hand: L =
    // 656,501 / ln(4,813,135 / 4,156,634) = 4,476,864.77;
    // volume L ln(573/540) = 265,552.29 and price the rest, 390,948.71.
    let mut s = Sketch::new(2023, 2024);
    let line = s.cost("jeugd", 4_156_634.0, Some(540.0));
    let growth = rate(&mut s, "cost.jeugd.volume.growth", 573.0 / 540.0 - 1.0);
    let change = rate(&mut s, "cost.jeugd.price.change", (4_813_135.0 / 573.0) / (4_156_634.0 / 540.0) - 1.0);
    s.line(line).growth = Some(growth);
    s.line(line).price.change = Some(change);
    let model = end(s.model);
    let all = accounts(&model, &model, Year(2023), Year(2024));
    let total = total(&all);
    assert!((total.cost_change() - 656_501.0).abs() < 1e-6);
    let (volume, price) = (-part(total, Part::Growth), -part(total, Part::Price));
    assert!((volume + price - 656_501.0).abs() < 1e-6);
    assert!((volume - 265_552.294).abs() < 0.001, "{volume}");
    assert!((price - 390_948.706).abs() < 0.001, "{price}");
    assert_eq!(dutch::amount(total.cost_change(), dutch::Style::Auto), "€ 657.000");
}

/// A line of 1,000,000 that grows by g and is priced by i in one year.
fn grown(growth: f64, index: f64) -> Model {
    let mut s = Sketch::new(2026, 2027);
    let line = s.cost("a", 1_000_000.0, None);
    let g = rate(&mut s, "cost.a.volume.growth", growth);
    let i = rate(&mut s, "index.ova.rate", index);
    let i = s.index("ova", i);
    s.line(line).growth = Some(g);
    s.line(line).price.index = vec![(i, 1.0)];
    s.model
}

#[test]
fn what_two_assumptions_do_together_is_shared_in_halves() {
    let found = attribute(&grown(0.02, 0.03), &grown(0.04, 0.05), Year(2027)).expect("they differ");
    // Growth: (0.02 x 1.03 + 0.02 x 1.05) / 2; index: (0.02 x 1.02 + 0.02 x 1.04) / 2.
    let of = |name: &str| found.players.iter().find(|p| p.name == name).expect("differs").result;
    assert!((of("cost.a.volume.growth") + 20_800.0).abs() < 1e-6);
    assert!((of("index.ova.rate") + 20_600.0).abs() < 1e-6);
    assert!(!found.by_line);
    assert!(attribute(&grown(0.02, 0.03), &grown(0.02, 0.03), Year(2027)).is_none());
}

#[test]
fn figures_that_differ_are_a_share_of_their_own() {
    let (a, mut b) = (grown(0.02, 0.03), grown(0.04, 0.03));
    if let crate::model::Line::Cost(line) = &mut b.lines.all[0] {
        line.base_cost = 1_100_000.0;
    }
    let found = attribute(&a, &b, Year(2027)).expect("they differ");
    let sum: f64 = found.players.iter().map(|p| p.result).sum();
    assert!((sum + 1_100_000.0 * 1.04 * 1.03 - 1_000_000.0 * 1.02 * 1.03).abs() < 1e-6);
    assert_eq!(found.players.last().map(|p| p.name.as_str()), Some("structure"));
}

#[test]
fn more_than_twelve_are_taken_together_by_line_and_sum_all_the_same() {
    let build = |by: f64| {
        let mut s = Sketch::new(2026, 2027);
        for n in 0..20 {
            let line = s.cost(&format!("l{n}"), 1_000.0, None);
            let g = rate(&mut s, &format!("cost.l{n}.volume.growth"), 0.01 + by * f64::from(n));
            let p = rate(&mut s, &format!("cost.l{n}.price.change"), 0.02 + by);
            s.line(line).growth = Some(g);
            s.line(line).price.change = Some(p);
        }
        s.model
    };
    let (a, b) = (build(0.0), build(0.001));
    let found = attribute(&a, &b, Year(2027)).expect("they differ");
    assert!(found.by_line && found.players.len() == 12, "{}", found.players.len());
    assert_eq!(found.differing, 39);
    let sum: f64 = found.players.iter().map(|p| p.result).sum();
    let all = accounts(&end(a), &end(b), Year(2027), Year(2027));
    assert!((sum - total(&all).result.change()).abs() < 1e-6);
}

/// The shares of a change both ways: they sum to it, and turn around.
fn shares(a: &Model, b: &Model, which: u64) -> Vec<(String, f64)> {
    let year = Year(a.horizon().0);
    let (x, y) = (end(a.clone()), end(b.clone()));
    let all = accounts(&x, &y, year, year);
    let change = total(&all).result.change();
    let Some(there) = attribute(a, b, year) else {
        assert!(change.abs() < 0.01, "pair {which}: {change}");
        return Vec::new();
    };
    let sum: f64 = there.players.iter().map(|p| p.result).sum();
    assert!((sum - change).abs() < 0.01, "pair {which}: {sum} {change}");
    let back = attribute(b, a, year).expect("what differs one way differs the other way");
    assert_eq!(there.players.len(), back.players.len(), "pair {which}");
    for (p, q) in there.players.iter().zip(&back.players) {
        assert_eq!(p.name, q.name, "pair {which}");
        assert!((p.result + q.result).abs() < 0.01, "pair {which}: {} {} {}", p.name, p.result, q.result);
    }
    there.players.into_iter().map(|p| (p.name, p.result)).collect()
}

#[test]
fn an_added_measure_has_its_own_share() {
    // 1,000,000 x 1.02 x 1.03 against 1,000,000 x 1.04 x 1.03 and 150,000 more:
    // growth does -20,600 and the measure -150,000.
    let a = grown(0.02, 0.03);
    let mut s = Sketch { model: grown(0.04, 0.03) };
    saving(&mut s, "duurder", LineId(0), 150_000.0);
    let found = shares(&a, &s.model, 0);
    assert_eq!(found.iter().map(|(n, _)| n.as_str()).collect::<Vec<_>>(), ["cost.a.volume.growth", "measure.duurder"]);
    assert!((found[0].1 + 20_600.0).abs() < 1e-6 && (found[1].1 + 150_000.0).abs() < 1e-6, "{found:?}");
    let what = items(&a, &s.model);
    assert_eq!((what.len(), what[0].differs), (1, Differs::New));
    assert_eq!(items(&s.model, &a)[0].differs, Differs::Gone);
}

#[test]
fn an_end_and_what_grows_with_it_share_as_they_should() {
    // Revenue of 500,000 that grows by 10 % or 20 %, and ends or not. Growth
    // first: +50,000 then -600,000; the end first: -550,000 then nothing.
    let build = |growth: f64, until: Option<Year>| {
        let mut s = Sketch::new(2026, 2027);
        s.cost("a", 1_000_000.0, None);
        let growth = rate(&mut s, "revenue.r.growth", growth);
        let line = s.revenue("r", 500_000.0, Some(growth));
        if let crate::model::Line::Revenue(line) = &mut s.model.lines.all[line.0] {
            line.until = until;
        }
        s.model
    };
    let (a, b) = (build(0.1, None), build(0.2, Some(Year(2026))));
    let found = shares(&a, &b, 0);
    assert_eq!(found.iter().map(|(n, _)| n.as_str()).collect::<Vec<_>>(), ["revenue.r.growth", "revenue.r.until"]);
    assert!((found[0].1 - 25_000.0).abs() < 1e-6 && (found[1].1 + 575_000.0).abs() < 1e-6, "{found:?}");
    assert_eq!(items(&a, &b)[0].differs, Differs::Ends(None, Some(Year(2026))));
}

#[test]
fn lines_and_flows_that_one_side_has_are_named() {
    // A line of 50 and one of 500 for 50 clients, of whom a fifth goes to a
    // line of 20 a client: 10 clients leave at 10 and come in at 20, +100.
    let plain = || {
        let mut s = Sketch::new(2026, 2027);
        let (a, b) = (s.cost("a", 500.0, Some(50.0)), s.cost("b", 1_000.0, Some(50.0)));
        (s, a, b)
    };
    let (one, ..) = plain();
    let (mut two, a, b) = plain();
    two.cost("c", 50.0, None);
    flow(&mut two, a, b, 0.2);
    let found = shares(&one.model, &two.model, 0);
    assert_eq!(found.iter().map(|(n, _)| n.as_str()).collect::<Vec<_>>(), ["cost.c", "flow.f"]);
    assert!((found[0].1 + 50.0).abs() < 1e-9 && (found[1].1 + 100.0).abs() < 1e-9, "{found:?}");
}

#[test]
fn a_series_that_one_side_lacks_is_an_assumption() {
    // 5 percentage points on top of the index, over 1,000,000 x 1.02, where the other has none.
    let a = grown(0.02, 0.03);
    let mut s = Sketch { model: grown(0.02, 0.03) };
    let change = rate(&mut s, "cost.a.price.change", 0.05);
    s.line(LineId(0)).price.change = Some(change);
    let found = shares(&a, &s.model, 0);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, "cost.a.price.change");
    assert!((found[0].1 + 1_020_000.0 * 0.05).abs() < 1e-6, "{found:?}");
    assert!(items(&a, &s.model).is_empty());
}

#[test]
fn random_pairs_with_other_lines_measures_and_ends_share_to_the_cent() {
    for n in 0..60u64 {
        // The same municipality with a few values, measures, a flow, an end and a line that differ.
        let a = random(n, 2 * n + 1);
        let mut s = Sketch { model: random(n, 2 * n + 1) };
        let mut dice = Dice(7 * n + 3);
        for at in 0..s.model.assumptions.len() {
            if dice.chance(0.15) {
                s.model.assumptions[at].values.iter_mut().skip(1).for_each(|x| *x *= 1.3);
            }
        }
        if dice.chance(0.7) {
            saving(&mut s, "nieuw", LineId(0), dice.between(-3e5, 3e5));
        }
        if dice.chance(0.4) {
            s.model.measures.retain(|m| m.id != "m0");
        }
        if dice.chance(0.4) {
            s.model.flows.clear();
        }
        if dice.chance(0.5) {
            let growth = rate(&mut s, "revenue.extra.growth", 0.05);
            s.revenue("extra", dice.between(1e4, 1e6), Some(growth));
        }
        if dice.chance(0.5)
            && let Some(crate::model::Line::Revenue(line)) = s.model.lines.all.iter_mut().find(|l| l.id() == "r")
        {
            line.until = Some(Year(2027));
        }
        let found = shares(&a, &s.model, n);
        assert!(found.iter().all(|(name, _)| name != "structure"), "pair {n}: {found:?}");
    }
    for n in 0..40u64 {
        // Two that have little in common.
        shares(&random(n, 2 * n + 1), &random(n + 5, 2 * n + 2), n);
    }
}

#[test]
fn only_what_differs_is_named() {
    let (a, b) = (end(grown(0.02, 0.03)), end(grown(0.02, 0.05)));
    let found = differences(&a, &b, Year(2027)).expect("both are known");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].address, "index.ova.rate");
    assert_eq!(found[0].years, [(Year(2026), Some(0.03), Some(0.05)), (Year(2027), Some(0.03), Some(0.05))]);
}

/// One line of cost in the base, and in the other a second, new one with clients.
fn with_new_line() -> (Model, Model) {
    let of = |more: bool| {
        let mut s = Sketch::new(2026, 2027);
        s.cost("oud", 1_000.0, None);
        if more {
            let line = s.cost("nieuw", 0.0, Some(0.0));
            let price = s.assumption("cost.nieuw.unit_cost", Scale::Price, 50.0, None, 1.0);
            let intake = s.assumption("cost.nieuw.volume.intake", Scale::Count, 4.0, None, 0.0);
            s.line(line).unit_cost = Some(UnitCost::PerClient(price));
            s.line(line).intake = Some(intake);
        }
        s.model
    };
    (of(false), of(true))
}

#[test]
fn a_new_line_is_new_in_its_groups_too() {
    let (a, b) = with_new_line();
    let (a, b) = (End::of_model(a, "a".into()), End::of_model(b, "b".into()));
    for (from, to, driver, amount) in [(&a, &b, BridgeDriver::New, 200.0), (&b, &a, BridgeDriver::Ended, -200.0)] {
        let all = accounts(from, to, Year(2027), Year(2027));
        let told: Vec<&Account> = all.iter().filter(|x| !x.is_unchanged()).collect();
        // The line, its domain, its taakveld, the total and the total with outside.
        assert_eq!(told.len(), 5, "{told:?}");
        for account in told {
            let items = &account.cost.as_ref().expect("cost").items;
            assert_eq!(items.len(), 1, "{:?}", account.id);
            assert_eq!(items[0].driver, driver, "{:?}", account.id);
            assert!((items[0].amount - amount).abs() < 1e-9);
        }
    }
}

#[test]
fn revenue_that_ended_in_both_is_no_change() {
    // 100 a year that grows by 5 %; it ends after 2026 in the one and after 2027
    // in the other. In 2028 both are 0, whatever they grew by before.
    let of = |until: i32| {
        let mut s = Sketch::new(2025, 2028);
        let growth = rate(&mut s, "revenue.r.growth", 0.05);
        let line = s.revenue("r", 100.0, Some(growth));
        let Line::Revenue(revenue) = &mut s.model.lines.all[line.0] else { panic!("a revenue line") };
        revenue.until = Some(Year(until));
        End::of_model(s.model, "x".into())
    };
    let (a, b) = (of(2026), of(2027));
    assert!(accounts(&a, &b, Year(2028), Year(2028)).iter().all(Account::is_unchanged));
    // In 2027 the one has 100 x 1.05^2 = 110.25 and the other nothing.
    let all = accounts(&a, &b, Year(2027), Year(2027));
    assert!(all.iter().all(|x| (x.revenue_change() - 110.25).abs() < 1e-9), "{all:?}");
}

#[test]
fn without_counts_a_line_that_starts_later_keeps_its_cost_per_client() {
    // Both cost 50 a client; 4 come in the one, 10 in the other. Each relative to
    // its own first year says the same volume, and would blame the cost per client.
    let of = |intake: f64| {
        let (_, mut model) = with_new_line();
        let at = model.assumptions.iter().position(|a| a.address == "cost.nieuw.volume.intake").expect("there");
        model.assumptions[at].values[1] = intake;
        End::of_model(model, "x".into())
    };
    let (mut a, mut b) = (of(4.0), of(10.0));
    without_counts(&mut a, &mut b);
    let all = accounts(&a, &b, Year(2027), Year(2027));
    let total = all.iter().find(|x| x.id == AccountId::Group(GroupId::Total)).expect("there");
    let items = &total.cost.as_ref().expect("cost").items;
    assert_eq!(items.len(), 1, "{items:?}");
    assert_eq!(items[0].driver, BridgeDriver::Volume(Cause::Intake));
    // (10 - 4) x 50
    assert!((items[0].amount - 300.0).abs() < 1e-9, "{items:?}");
}

#[test]
fn two_years_of_figures_split_into_clients_and_cost_per_client() {
    // Raadsmonitor Heerde 2024, figuur 39: 540 clients and 4,156,634 euros in
    // 2023, 573 and 4,813,135 in 2024: 656,501 more. By hand: L = 656,501 /
    // ln(4,813,135 / 4,156,634) = 4,476,865; clients L ln(573/540) = 265,552,
    // cost per client L ln(8,399.887 / 7,697.470) = 390,949.
    let mut s = Sketch::new(2024, 2026);
    s.model.municipality.base = FigureKind::Actual;
    s.cost("jeugd", 4_813_135.0, Some(573.0));
    s.cost("overig", 90.0, None);
    s.cost("nieuw", 10.0, None);
    let mut put = |line: &str, quantity, year, value| {
        let recorded = Recorded { value, source: None, place: place() };
        s.model.figures.insert(line, quantity, FigureKind::Actual, Year(year), recorded);
    };
    for (year, cost, clients, other) in [(2023, 4_156_634.0, 540.0, 100.0), (2024, 4_813_135.0, 573.0, 90.0)] {
        put("jeugd", Quantity::Cost, year, cost);
        put("jeugd", Quantity::Clients, year, clients);
        put("overig", Quantity::Cost, year, other);
    }
    put("nieuw", Quantity::Cost, 2024, 10.0);

    let found = past(&s.model, (Year(2023), Year(2024))).expect("known");
    assert_eq!(found.left_out, ["nieuw"]);
    let all = accounts(&found.end, &found.end, Year(2023), Year(2024));
    let of = |id: AccountId, driver: BridgeDriver| {
        let account = all.iter().find(|a| a.id == id).expect("there");
        let items = account.cost.as_ref().map(|c| c.items.clone()).unwrap_or_default();
        items.iter().find(|i| i.driver == driver).map_or(0.0, |i| i.amount)
    };
    let line = || AccountId::Line("jeugd".into());
    let (clients, each) =
        (of(line(), BridgeDriver::Volume(Cause::Growth)), of(line(), BridgeDriver::Price(Cause::Change)));
    let mean = 656_501.0 / libm::log(4_813_135.0 / 4_156_634.0);
    assert!((clients - mean * libm::log(573.0 / 540.0)).abs() < 1e-6, "{clients}");
    assert!((clients - 265_552.0).abs() < 1.0 && (each - 390_949.0).abs() < 1.0, "{clients} {each}");
    assert!((clients + each - 656_501.0).abs() < 1e-6);
    // A line without clients stays whole; what lacks a year moves nothing.
    let total = || AccountId::Group(GroupId::Total);
    assert!((of(total(), BridgeDriver::UnitCost) + 10.0).abs() < 1e-6);
    let whole = all.iter().find(|a| a.id == total()).expect("there");
    assert!((whole.cost_change() - 656_491.0).abs() < 1e-6);
    // Back is minus there.
    let back = past(&s.model, (Year(2024), Year(2023))).expect("known");
    let back = accounts(&back.end, &back.end, Year(2024), Year(2023));
    let other = back.iter().find(|a| a.id == total()).expect("there");
    assert!((other.cost_change() + whole.cost_change()).abs() < 1e-6);
    for (x, y) in whole.cost.iter().flat_map(|c| &c.items).zip(other.cost.iter().flat_map(|c| &c.items)) {
        assert!(x.driver == y.driver && (x.amount + y.amount).abs() < 1e-6, "{x:?} {y:?}");
    }
    // After the base year, and where figures know nothing, there is no past.
    assert!(past(&s.model, (Year(2023), Year(2025))).is_none() && past(&s.model, (Year(2020), Year(2021))).is_none());
}
