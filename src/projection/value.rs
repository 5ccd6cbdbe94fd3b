//! One number of the model in every lane: a scalar as long as nothing
//! uncertain entered it, lanes from then on.
//!
//! Each operation is the same IEEE operation on the scalar and on every lane,
//! in the order in which it is asked. So a lane holds the very bits that a
//! run of that lane alone would give, and what is certain costs next to
//! nothing.

use super::driver::Driver;
use super::simd;

/// A number that can be worked on. Its lanes are allocated when first needed
/// and kept, so that a warm workspace allocates nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Value {
    same: f64,
    each: bool,
    lanes: Vec<f64>,
}

impl Value {
    /// As it stands.
    pub(super) fn get(&self) -> Driver<'_> {
        if self.each { Driver::Each(&self.lanes) } else { Driver::Same(self.same) }
    }

    /// In one lane.
    pub(super) fn at(&self, lane: usize) -> f64 {
        self.get().at(lane)
    }

    /// Lanes to write into.
    fn spread(&mut self, lanes: usize) -> &mut [f64] {
        self.each = true;
        if self.lanes.len() != lanes {
            self.lanes.resize(lanes, 0.0);
        }
        &mut self.lanes
    }

    /// `self = value` in every lane.
    pub(super) fn set(&mut self, value: f64) {
        self.each = false;
        self.same = value;
    }

    /// `self = x`
    pub(super) fn copy(&mut self, x: Driver) {
        match x {
            Driver::Same(x) => self.set(x),
            Driver::Each(x) => self.spread(x.len()).copy_from_slice(x),
        }
    }

    /// `self += x`
    pub(super) fn add(&mut self, x: Driver) {
        match (self.each, x) {
            (false, Driver::Same(x)) => self.same += x,
            (true, Driver::Same(x)) => simd::add_scalar(&mut self.lanes, x),
            (false, Driver::Each(x)) => {
                let scalar = self.same;
                simd::set_sum(self.spread(x.len()), scalar, x);
            }
            (true, Driver::Each(x)) => simd::add(&mut self.lanes, x),
        }
    }

    /// `self -= x`
    pub(super) fn sub(&mut self, x: Driver) {
        match (self.each, x) {
            (false, Driver::Same(x)) => self.same -= x,
            (true, Driver::Same(x)) => simd::add_scalar(&mut self.lanes, -x),
            (false, Driver::Each(x)) => {
                let scalar = self.same;
                simd::set_difference(self.spread(x.len()), scalar, x);
            }
            (true, Driver::Each(x)) => simd::sub(&mut self.lanes, x),
        }
    }

    /// `self *= x`
    pub(super) fn mul(&mut self, x: Driver) {
        match (self.each, x) {
            (false, Driver::Same(x)) => self.same *= x,
            // Times one changes no bit.
            (true, Driver::Same(1.0)) => {}
            (true, Driver::Same(x)) => simd::scale(&mut self.lanes, x),
            (false, Driver::Each(x)) => {
                let scalar = self.same;
                simd::set_scaled(self.spread(x.len()), scalar, x);
            }
            (true, Driver::Each(x)) => simd::mul(&mut self.lanes, x),
        }
    }

    /// `self += x * y`
    pub(super) fn add_product(&mut self, x: Driver, y: Driver) {
        match (self.each, x, y) {
            (_, Driver::Same(1.0), y) => self.add(y),
            (_, x, Driver::Same(1.0)) => self.add(x),
            (_, Driver::Same(x), Driver::Same(y)) => self.add(Driver::Same(x * y)),
            (true, Driver::Same(s), Driver::Each(x)) | (true, Driver::Each(x), Driver::Same(s)) => {
                simd::add_scaled(&mut self.lanes, s, x);
            }
            (false, Driver::Same(s), Driver::Each(x)) | (false, Driver::Each(x), Driver::Same(s)) => {
                let base = self.same;
                simd::set_base_plus_scaled(self.spread(x.len()), base, s, x);
            }
            (each, Driver::Each(x), Driver::Each(y)) => {
                if !each {
                    let base = self.same;
                    self.spread(x.len()).fill(base);
                }
                simd::add_product(&mut self.lanes, x, y);
            }
        }
    }

    /// `self = (((self + a) + b) + c) + d`
    pub(super) fn add_four(&mut self, a: &[f64], b: &[f64], c: &[f64], d: &[f64]) {
        if self.each {
            simd::add_four(&mut self.lanes, a, b, c, d);
        } else {
            let start = self.same;
            simd::set_four(self.spread(a.len()), start, a, b, c, d);
        }
    }

    /// `self = ((x * y) * z) * w`
    pub(super) fn set_product(&mut self, x: Driver, y: Driver, z: Driver, w: Driver) {
        use Driver::{Each, Same};
        match (x, y, z, w) {
            (Same(x), Each(y), Same(1.0), Each(w)) => simd::set_scaled_product(self.spread(y.len()), x, y, w),
            (Same(x), Same(y), Each(z), Each(w)) => simd::set_scaled_product(self.spread(z.len()), x * y, z, w),
            (Same(x), Each(y), Each(z), Each(w)) => {
                simd::set_scaled_product_of_three(self.spread(y.len()), x, y, z, w);
            }
            _ => {
                self.copy(x);
                self.mul(y);
                self.mul(z);
                self.mul(w);
            }
        }
    }

    /// `self = x * (1 + rate)`
    pub(super) fn set_raised(&mut self, x: Driver, rate: Driver) {
        if let (Driver::Each(x), Driver::Each(rate)) = (x, rate) {
            simd::set_raised(self.spread(x.len()), x, rate);
            return;
        }
        self.copy(x);
        self.raise(rate);
    }

    /// `self *= 1 + rate`
    pub(super) fn raise(&mut self, rate: Driver) {
        match (self.each, rate) {
            (_, Driver::Same(rate)) => self.mul(Driver::Same(1.0 + rate)),
            (true, Driver::Each(rate)) => simd::raise(&mut self.lanes, rate),
            (false, Driver::Each(rate)) => {
                let scalar = self.same;
                let out = self.spread(rate.len());
                out.fill(scalar);
                simd::raise(out, rate);
            }
        }
    }

    /// `self += now / before - 1`, nothing where there was nothing before.
    /// `room` is worked in.
    pub(super) fn add_growth(&mut self, now: Driver, before: Driver, room: &mut Self) {
        if let (Driver::Each(now), Driver::Each(before), false) = (now, before, self.each) {
            let start = self.same;
            simd::set_grown(self.spread(now.len()), start, now, before);
            return;
        }
        room.set_map([now, before], |[now, before]| if before == 0.0 { 0.0 } else { now / before - 1.0 });
        self.add(room.get());
    }

    /// `self = x * max(bracket, 0)`, with what the bracket still has to add;
    /// in how many of `lanes` it was below 0.
    pub(super) fn set_floored_product(&mut self, x: Driver, bracket: &mut Bracket, lanes: usize) -> u64 {
        if let Driver::Each(x) = x {
            match (bracket.sum.get(), bracket.grown, bracket.last) {
                (Driver::Same(start), Some((now, before)), None) => {
                    return simd::set_floored_grown(self.spread(x.len()), x, start, now, before);
                }
                (Driver::Same(start), Some((now, before)), Some(last)) => {
                    return simd::set_floored_grown_sum(self.spread(x.len()), x, start, now, before, last);
                }
                (Driver::Same(start), None, Some(last)) => {
                    return simd::set_floored_scalar_product(self.spread(x.len()), x, start, last);
                }
                (Driver::Each(start), None, Some(last)) => {
                    return simd::set_floored_sum_product(self.spread(x.len()), x, start, last);
                }
                _ => {}
            }
        }
        bracket.settle();
        match (x, bracket.sum.get()) {
            (Driver::Each(x), Driver::Each(bracket)) => simd::set_floored_product(self.spread(x.len()), x, bracket),
            (Driver::Same(x), Driver::Each(bracket)) => {
                simd::set_floored_scaled(self.spread(bracket.len()), x, bracket)
            }
            (x, Driver::Same(bracket)) => {
                let below = bracket < 0.0;
                self.set(if below { 0.0 } else { bracket });
                self.mul(x);
                if below { lanes as u64 } else { 0 }
            }
        }
    }

    /// `self = max(self, 0)`
    pub(super) fn floor_zero(&mut self) {
        if self.each {
            simd::floor_zero(&mut self.lanes);
        } else if self.same < 0.0 {
            self.same = 0.0;
        }
    }

    /// `self = f(inputs)`, for what is too rare to have a loop of its own.
    pub(super) fn set_map<const N: usize>(&mut self, inputs: [Driver; N], f: impl Fn([f64; N]) -> f64) {
        let lanes = inputs.iter().find_map(|d| if let Driver::Each(x) = d { Some(x.len()) } else { None });
        match lanes {
            None => self.set(f(inputs.map(|d| d.at(0)))),
            Some(n) => {
                let out = self.spread(n);
                for (lane, o) in out.iter_mut().enumerate() {
                    *o = f(inputs.map(|d| d.at(lane)));
                }
            }
        }
    }
}

/// One plus the rates so far. What differs by lane at the end of the sum is
/// kept apart, so that adding it and multiplying by it are one loop.
pub(super) struct Bracket<'a> {
    pub(super) sum: &'a mut Value,
    /// Growth from the second to the first, added to the sum ...
    grown: Option<(&'a [f64], &'a [f64])>,
    /// ... before this.
    last: Option<&'a [f64]>,
}

impl<'a> Bracket<'a> {
    /// Starts at one, in `room`.
    pub(super) fn new(room: &'a mut Value) -> Self {
        room.set(1.0);
        Self { sum: room, grown: None, last: None }
    }

    /// Adds a rate.
    pub(super) fn add(&mut self, rate: Driver<'a>) {
        match (rate, self.last) {
            (Driver::Each(rate), None) => self.last = Some(rate),
            _ => {
                self.settle();
                self.sum.add(rate);
            }
        }
    }

    /// Adds `now / before - 1`; `room` is worked in.
    #[inline(always)]
    pub(super) fn add_growth(&mut self, now: Driver<'a>, before: Driver<'a>, room: &mut Value) {
        self.settle();
        match (now, before, self.sum.each) {
            (Driver::Each(now), Driver::Each(before), false) => self.grown = Some((now, before)),
            _ => self.sum.add_growth(now, before, room),
        }
    }

    /// Brings everything into the sum.
    pub(super) fn settle(&mut self) {
        if let Some((now, before)) = self.grown.take() {
            self.sum.add_growth(Driver::Each(now), Driver::Each(before), &mut Value::default());
        }
        if let Some(last) = self.last.take() {
            self.sum.add(Driver::Each(last));
        }
    }
}

/// Values by year and by what they are of.
#[derive(Clone, Debug, Default)]
pub(super) struct Grid {
    width: usize,
    cells: Vec<Value>,
}

impl Grid {
    /// Makes room for `years` rows of `width` values; keeps what fits already.
    pub(super) fn fit(&mut self, years: usize, width: usize) {
        self.width = width;
        self.cells.resize_with(years * width, Value::default);
    }

    /// One value.
    pub(super) fn get(&self, year: usize, of: usize) -> Driver<'_> {
        self.cells[year * self.width + of].get()
    }

    /// One value to work on.
    pub(super) fn at_mut(&mut self, year: usize, of: usize) -> &mut Value {
        &mut self.cells[year * self.width + of]
    }

    /// The value of the year before, and this year's to work on.
    pub(super) fn next(&mut self, year: usize, of: usize) -> (Driver<'_>, &mut Value) {
        let (before, now) = self.cells.split_at_mut(year * self.width);
        (before[(year - 1) * self.width + of].get(), &mut now[of])
    }

    /// Takes a value out, so that it can be computed from others of the grid.
    pub(super) fn take(&mut self, year: usize, of: usize) -> Value {
        std::mem::take(self.at_mut(year, of))
    }

    /// Puts a value (back) in.
    pub(super) fn put(&mut self, year: usize, of: usize, value: Value) {
        *self.at_mut(year, of) = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// All the operations, in an order that `steps` says, on any mix of
    /// scalars and lanes.
    fn work(steps: &[(u8, bool, Vec<f64>)], lanes: std::ops::Range<usize>, spread: bool) -> Vec<u64> {
        let mut value = Value::default();
        let mut other = Value::default();
        let n = lanes.len();
        for (step, each, xs) in steps {
            let row: Vec<f64> = if *each { xs[lanes.clone()].to_vec() } else { vec![xs[0]; n] };
            let x = if *each || spread { Driver::Each(&row) } else { Driver::Same(xs[0]) };
            other.copy(value.get());
            match step {
                0 => value.add(x),
                1 => value.sub(x),
                2 => value.mul(x),
                3 => value.add_product(x, x),
                4 => value.add_product(x, other.get()),
                5 => value.set_product(x, other.get(), Driver::Same(1.0), x),
                6 => value.set_raised(other.get(), x),
                7 => value.add_growth(other.get(), x, &mut Value::default()),
                8 | 12 | 13 | 14 => {
                    let mut room = Value::default();
                    let mut bracket = Bracket::new(&mut room);
                    if step % 2 == 0 {
                        bracket.add_growth(other.get(), x, &mut Value::default());
                    }
                    for _ in 12..*step {
                        bracket.add(x);
                    }
                    let _ = value.set_floored_product(other.get(), &mut bracket, n);
                }
                9 => value.floor_zero(),
                10 => value.raise(x),
                15 => value.set_product(Driver::Same(xs[0]), x, other.get(), x),
                _ => value.set_map([x, other.get()], |[a, b]| a - 2.0 * b),
            }
        }
        (0..n).map(|lane| value.at(lane).to_bits()).collect()
    }

    proptest! {
        #[test]
        fn a_lane_has_the_bits_of_a_run_of_that_lane_alone(
            steps in prop::collection::vec((0u8..16, any::<bool>(), prop::collection::vec(-3.0..3.0f64, 13)), 1..12),
        ) {
            let together = work(&steps, 0..13, false);
            prop_assert_eq!(&together, &work(&steps, 0..13, true));
            for (lane, bits) in together.iter().enumerate() {
                prop_assert_eq!(*bits, work(&steps, lane..lane + 1, false)[0]);
            }
        }
    }
}
