//! The workspace of a run: every number of the model by year and lane.
//!
//! Made once per thread and reused. A number that is the same in every lane is
//! kept as a scalar, so memory and time go to what is uncertain. After the
//! first run of a shape nothing is allocated any more.

use nalgebra::DMatrix;

use super::driver::Driver;
use super::flow;
use super::plan::{Incidental, Plan};
use super::value::{Grid, Value};

/// Workspace; see the fields for what a run leaves in it. Read through
/// [`super::Futures`].
#[derive(Clone, Debug)]
pub struct Lanes {
    /// How many lanes the last run had.
    pub(super) lanes: usize,
    /// How often a draw was stopped: a volume bracket below 0, shares above 1.
    pub(super) stopped: u64,
    // By index.
    pub(super) provisional: Grid,
    pub(super) definitive: Grid,
    pub(super) index_rate: Grid,
    // By class of price.
    pub(super) class_rate: Grid,
    pub(super) class_price: Grid,
    // By line.
    pub(super) unit_cost: Vec<Value>,
    pub(super) volume: Grid,
    /// Revenue without measures.
    pub(super) income: Grid,
    pub(super) amount: Grid,
    // By line, only where the plan says that it is kept: read through the
    // methods below.
    measures: Grid,
    incidental: Grid,
    intensity: Grid,
    // By year alone.
    pub(super) budget_factor: Grid,
    // By account.
    pub(super) cost: Grid,
    pub(super) revenue: Grid,
    pub(super) balance: Grid,
    pub(super) shortfall: Grid,
    // By safety net.
    pub(super) deficit: Grid,
    pub(super) bundled: Grid,
    // By reserve.
    pub(super) reserve_balance: Grid,
    pub(super) covered: Grid,
    pub(super) uncovered: Grid,
    // Within one step.
    pub(super) matrix: DMatrix<Value>,
    pub(super) carried: Vec<Value>,
    pub(super) scratch: Value,
    pub(super) scratch2: Value,
    pub(super) scratch3: Value,
}

impl Lanes {
    /// A workspace that fits a plan. It may be used with other plans too: it
    /// then takes their shape.
    pub fn new(plan: &Plan) -> Self {
        let mut lanes = Self {
            lanes: 0,
            stopped: 0,
            provisional: Grid::default(),
            definitive: Grid::default(),
            index_rate: Grid::default(),
            class_rate: Grid::default(),
            class_price: Grid::default(),
            unit_cost: Vec::new(),
            volume: Grid::default(),
            intensity: Grid::default(),
            income: Grid::default(),
            measures: Grid::default(),
            incidental: Grid::default(),
            amount: Grid::default(),
            budget_factor: Grid::default(),
            cost: Grid::default(),
            revenue: Grid::default(),
            balance: Grid::default(),
            shortfall: Grid::default(),
            deficit: Grid::default(),
            bundled: Grid::default(),
            reserve_balance: Grid::default(),
            covered: Grid::default(),
            uncovered: Grid::default(),
            matrix: DMatrix::from_element(0, 0, Value::default()),
            carried: Vec::new(),
            scratch: Value::default(),
            scratch2: Value::default(),
            scratch3: Value::default(),
        };
        lanes.fit(plan, 1);
        lanes
    }

    /// Takes the shape of a plan.
    pub(super) fn fit(&mut self, plan: &Plan, lanes: usize) {
        self.lanes = lanes;
        self.stopped = 0;
        let years = plan.years;
        for grid in [&mut self.provisional, &mut self.definitive, &mut self.index_rate] {
            grid.fit(years, plan.indices.all.len());
        }
        for grid in [&mut self.class_rate, &mut self.class_price] {
            grid.fit(years, plan.classes.len());
        }
        let by_line = [
            &mut self.volume,
            &mut self.intensity,
            &mut self.income,
            &mut self.measures,
            &mut self.incidental,
            &mut self.amount,
        ];
        for grid in by_line {
            grid.fit(years, plan.line_count);
        }
        self.unit_cost.resize_with(plan.line_count, Value::default);
        self.budget_factor.fit(years, 1);
        for grid in [&mut self.cost, &mut self.revenue, &mut self.balance, &mut self.shortfall] {
            grid.fit(years, plan.accounts.len());
        }
        for grid in [&mut self.deficit, &mut self.bundled] {
            grid.fit(years, plan.safety_nets);
        }
        for grid in [&mut self.reserve_balance, &mut self.covered, &mut self.uncovered] {
            grid.fit(years, plan.reserves.len());
        }
        if self.matrix.nrows() != plan.flow.lines.len() {
            self.matrix = flow::matrix(&plan.flow);
        }
        self.carried.resize_with(plan.flow.lines.len(), Value::default);
    }

    /// The kept measures and incidental measures of a line, to work on, beside
    /// the scratch.
    pub(super) fn measures_mut(&mut self, y: usize, line: usize) -> (&mut Value, &mut Value, &mut Value, &Grid) {
        (self.measures.at_mut(y, line), self.incidental.at_mut(y, line), &mut self.scratch, &self.class_price)
    }

    /// The amount of a cost line, to work on; what it is the product of (unit
    /// cost, volume, intensity and price); and its measures.
    #[inline(always)]
    pub(super) fn amount_mut(
        &mut self,
        plan: &Plan,
        y: usize,
        line: usize,
        class: usize,
    ) -> (&mut Value, [Driver<'_>; 4], Driver<'_>) {
        let intensity = if plan.keeps[line].intensity { self.intensity.get(y, line) } else { Driver::Same(1.0) };
        let of = [self.unit_cost[line].get(), self.volume.get(y, line), intensity, self.class_price.get(y, class)];
        (self.amount.at_mut(y, line), of, self.measures.get(y, line))
    }

    /// The kept intensity of all lines.
    pub(super) fn intensity_mut(&mut self) -> &mut Grid {
        &mut self.intensity
    }

    /// Measures in the amount of a line.
    pub(super) fn measures(&self, plan: &Plan, y: usize, line: usize) -> Driver<'_> {
        if plan.keeps[line].measures { self.measures.get(y, line) } else { Driver::Same(0.0) }
    }

    /// Incidental part of the amount of a line.
    pub(super) fn incidental(&self, plan: &Plan, y: usize, line: usize) -> Driver<'_> {
        match plan.keeps[line].incidental {
            Incidental::Nothing => Driver::Same(0.0),
            Incidental::Measures => self.incidental.get(y, line),
            Incidental::Whole => self.amount.get(y, line),
        }
    }

    /// Intensity of a cost line relative to the base year.
    pub(super) fn intensity(&self, plan: &Plan, y: usize, line: usize) -> Driver<'_> {
        if plan.keeps[line].intensity { self.intensity.get(y, line) } else { Driver::Same(1.0) }
    }
}
