//! Reading expressions from text: a small descent, every mistake with its place.

use super::{Call, Comparison, Condition, Expression, ExpressionError, Function, NAMED, Operator, Statistic};
use crate::dutch::{self, Quantity};
use crate::model::{Figure, FigureAddress};
use crate::units::Year;

/// Brackets deeper than this are a mistake, not a question.
const DEEPEST: usize = 32;

impl std::str::FromStr for Expression {
    type Err = ExpressionError;

    /// Reads `cost(jeugd, 2029) - budget(jeugd, 2029)`.
    fn from_str(text: &str) -> Result<Self, ExpressionError> {
        let mut reader = Reader::new(text);
        let expression = reader.sum(0)?;
        if let Some(sign) = reader.comparison() {
            let _ = sign;
            return Err(reader.wrong(
                reader.at.saturating_sub(1),
                1,
                "this compares, and a figure was asked for; `chance(...)` gives the chance that it holds",
            ));
        }
        reader.end()?;
        let whole = reader.chars.len();
        expression.unit().map_err(|why| reader.wrong(0, whole, &why))?;
        Ok(expression)
    }
}

impl std::str::FromStr for Condition {
    type Err = ExpressionError;

    /// Reads `chance(result(2029) < 0) <= 10%`.
    fn from_str(text: &str) -> Result<Self, ExpressionError> {
        let mut reader = Reader::new(text);
        let condition = reader.condition(0)?;
        reader.end()?;
        let whole = reader.chars.len();
        condition.check_units().map_err(|why| reader.wrong(0, whole, &why))?;
        Ok(condition)
    }
}

struct Reader {
    chars: Vec<char>,
    at: usize,
}

type Read<T> = Result<T, ExpressionError>;

impl Reader {
    fn new(text: &str) -> Self {
        Self { chars: text.chars().collect(), at: 0 }
    }

    fn wrong(&self, at: usize, length: usize, message: &str) -> ExpressionError {
        ExpressionError { message: message.to_owned(), at, length: length.max(1) }
    }

    fn skip(&mut self) {
        while self.chars.get(self.at).is_some_and(|c| c.is_whitespace()) {
            self.at += 1;
        }
    }

    fn peek(&mut self) -> Option<char> {
        self.skip();
        self.chars.get(self.at).copied()
    }

    fn take(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.at += 1;
        }
        found
    }

    fn slice(&self, from: usize, to: usize) -> String {
        self.chars[from..to].iter().collect()
    }

    fn end(&mut self) -> Read<()> {
        match self.peek() {
            None => Ok(()),
            Some(c) => Err(self.wrong(self.at, 1, &format!("`{c}` was not expected here"))),
        }
    }

    fn close(&mut self, opened: usize) -> Read<()> {
        if self.take(')') { Ok(()) } else { Err(self.wrong(opened, 1, "this bracket is not closed")) }
    }

    fn condition(&mut self, depth: usize) -> Read<Condition> {
        let left = self.sum(depth)?;
        let Some(comparison) = self.comparison() else {
            let at = self.at;
            return Err(self.wrong(at, 1, "a comparison is missing: write < <= > >= or ="));
        };
        let right = self.sum(depth)?;
        Ok(Condition { left, comparison, right })
    }

    fn comparison(&mut self) -> Option<Comparison> {
        let first = self.peek()?;
        let second = self.chars.get(self.at + 1).copied();
        let (found, length) = match (first, second) {
            ('<', Some('=')) => (Comparison::AtMost, 2),
            ('>', Some('=')) => (Comparison::AtLeast, 2),
            ('=', Some('=')) => (Comparison::Equal, 2),
            ('<', _) => (Comparison::Below, 1),
            ('>', _) => (Comparison::Above, 1),
            ('=', _) => (Comparison::Equal, 1),
            ('≤', _) => (Comparison::AtMost, 1),
            ('≥', _) => (Comparison::AtLeast, 1),
            _ => return None,
        };
        self.at += length;
        Some(found)
    }

    fn sum(&mut self, depth: usize) -> Read<Expression> {
        let mut left = self.product(depth)?;
        loop {
            let operator = match self.peek() {
                Some('+') => Operator::Plus,
                Some('-' | '−') => Operator::Minus,
                _ => return Ok(left),
            };
            self.at += 1;
            left = Expression::Joined(Box::new(left), operator, Box::new(self.product(depth)?));
        }
    }

    fn product(&mut self, depth: usize) -> Read<Expression> {
        let mut left = self.one(depth)?;
        loop {
            let operator = match self.peek() {
                Some('*' | '×') => Operator::Times,
                Some('/') => Operator::By,
                _ => return Ok(left),
            };
            self.at += 1;
            left = Expression::Joined(Box::new(left), operator, Box::new(self.one(depth)?));
        }
    }

    fn one(&mut self, depth: usize) -> Read<Expression> {
        if depth > DEEPEST {
            let at = self.at;
            return Err(self.wrong(at, 1, "this is nested too deep"));
        }
        let start = {
            self.skip();
            self.at
        };
        match self.peek() {
            None => {
                Err(self.wrong(start, 1, "something is missing here: a figure such as cost(jeugd, 2029), or a number"))
            }
            Some('-' | '−') => {
                self.at += 1;
                Ok(match self.one(depth + 1)? {
                    Expression::Number(x, unit) => Expression::Number(-x, unit),
                    other => Expression::Minus(Box::new(other)),
                })
            }
            Some('(') => {
                self.at += 1;
                let inside = self.sum(depth + 1)?;
                self.close(start)?;
                Ok(inside)
            }
            Some(c) if c.is_ascii_digit() || c == '€' => self.number(),
            Some(c) if c.is_alphabetic() => self.named(depth),
            Some(c) => Err(self.wrong(start, 1, &format!("`{c}` was not expected here"))),
        }
    }

    /// `0`, `1_000_000`, `10%`, `2,5%`, `€ 25.000`.
    fn number(&mut self) -> Read<Expression> {
        let start = self.at;
        let euro = self.take('€');
        self.skip();
        let from = self.at;
        while self.chars.get(self.at).is_some_and(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '_')) {
            self.at += 1;
        }
        let written = self.slice(from, self.at).replace('_', "");
        let length = self.at - start;
        let value = match written.split('.').collect::<Vec<_>>()[..] {
            // One point is a decimal point, unless it may as well set thousands apart.
            [whole, fraction] if !euro && !written.contains(',') => {
                if fraction.len() == 3 && !whole.starts_with('0') {
                    let help = format!(
                        "`{written}` may mean {whole}{fraction} or {whole},{fraction}: write it without the point, or with a comma"
                    );
                    return Err(self.wrong(start, length, &help));
                }
                written.parse().ok()
            }
            _ => dutch::parse_number(&written),
        };
        let value: f64 = value
            .filter(|v: &f64| v.is_finite())
            .ok_or_else(|| self.wrong(start, length, &format!("`{written}` is no number")))?;
        if euro {
            return Ok(Expression::Number(value, Some(Quantity::Euro)));
        }
        if self.take('%') {
            return Ok(Expression::Number(value / 100.0, Some(Quantity::Percent)));
        }
        Ok(Expression::Number(value, None))
    }

    /// `jeugd`, `cost`, `risk.expected`, `index.ova`, `cost.jeugd-ambulant.level`:
    /// after a point a hyphen between letters belongs to the name.
    fn name(&mut self) -> String {
        let start = self.at;
        let letter = |c: Option<&char>| c.is_some_and(|c| c.is_alphanumeric() || *c == '_');
        let mut dotted = false;
        loop {
            match self.chars.get(self.at) {
                Some(c) if c.is_alphanumeric() || *c == '_' => {}
                Some('.') if letter(self.chars.get(self.at + 1)) => dotted = true,
                Some('-') if dotted && letter(self.chars.get(self.at + 1)) => {}
                _ => return self.slice(start, self.at),
            }
            self.at += 1;
        }
    }

    fn named(&mut self, depth: usize) -> Read<Expression> {
        let start = self.at;
        let name = self.name();
        let length = self.at - start;
        if self.peek() != Some('(') {
            if name.contains('.') {
                return self.assumption(name);
            }
            let message = if Figure::from_name(&name).is_some() || statistic(&name).is_some() || name == "chance" {
                format!("`{name}` must be followed by brackets, such as {name}({})", example(&name))
            } else {
                format!("`{name}` is no figure; write one like cost(jeugd, 2029)")
            };
            return Err(self.wrong(start, length, &message));
        }
        let opened = self.at;
        if name == "chance" || name == "given" || statistic(&name).is_some() {
            self.at += 1;
            let found = self.over_draws(&name, depth, start, length)?;
            self.close(opened)?;
            return Ok(found);
        }
        if let Some((function, count)) = function(&name) {
            self.at += 1;
            let mut of = vec![self.sum(depth + 1)?];
            while of.len() < count && self.take(',') {
                of.push(self.sum(depth + 1)?);
            }
            if of.len() < count {
                return Err(self.wrong(start, length, &format!("`{name}` asks for {count} figures")));
            }
            self.close(opened)?;
            return Ok(Expression::Of(function, of));
        }
        if name == "in" {
            self.at += 1;
            let from = self.at;
            while self.chars.get(self.at).is_some_and(|c| !matches!(c, ',' | '(' | ')')) {
                self.at += 1;
            }
            let id = self.slice(from, self.at).trim().to_owned();
            if id.is_empty() || !self.take(',') {
                let message = "`in` asks for a scenario and a figure: in(ova-hoger, result(2029))";
                return Err(self.wrong(start, length, message));
            }
            let inside = self.sum(depth + 1)?;
            self.close(opened)?;
            return Ok(Expression::In(id, Box::new(inside)));
        }
        let Some(closed) = self.chars[opened..].iter().position(|c| *c == ')').map(|n| opened + n) else {
            return Err(self.wrong(opened, 1, "this bracket is not closed"));
        };
        self.at = closed + 1;
        if let Some(known) = NAMED.iter().find(|n| n.name == name) {
            let inside = self.slice(opened + 1, closed);
            let of: Vec<String> = inside.split(',').map(|p| p.trim().trim_matches('"').to_owned()).collect();
            let of = if of.iter().all(String::is_empty) { Vec::new() } else { of };
            if of.len() > known.of.len() || of.len() + known.may_lack < known.of.len() {
                return Err(self.wrong(start, self.at - start, &format!("write it like {}", known.usage())));
            }
            return Ok(Expression::Call(Call { name, of }));
        }
        let text = self.slice(start, self.at);
        if Figure::from_name(&name).is_none() {
            let others = ["chance", "mean", "sd", "p10", "p50", "p90", "given", "in", "max", "min", "abs"];
            let known = Figure::names().chain(others).chain(NAMED.iter().map(|n| n.name));
            let message = match crate::diagnostic::nearest(&name, known) {
                Some(near) => format!("`{name}` is no figure; did you mean `{near}`?"),
                None => format!(
                    "`{name}` is no figure; known are {}, and chance, mean, sd and percentiles such as p90",
                    Figure::names().collect::<Vec<_>>().join(", ")
                ),
            };
            return Err(self.wrong(start, length, &message));
        }
        let address: Result<FigureAddress, _> = text.parse();
        address.map(Expression::Figure).map_err(|why| self.wrong(start, closed + 1 - start, &why.0))
    }

    /// What stands between the brackets of `chance`, `given`, `mean`, `p90`.
    fn over_draws(&mut self, name: &str, depth: usize, start: usize, length: usize) -> Read<Expression> {
        let twice = |reader: &Self| {
            let message = format!("`{name}` is asked of draws and cannot hold another chance, mean or percentile");
            Err(reader.wrong(start, length, &message))
        };
        let drawn = |x: &Expression| matches!(x, Expression::Chance(_) | Expression::Over(..));
        match name {
            "chance" => {
                let condition = self.condition(depth + 1)?;
                if drawn(&condition.left) && condition.right.is_certain() {
                    return twice(self);
                }
                Ok(Expression::Chance(Box::new(condition)))
            }
            "given" => {
                let inside = self.sum(depth + 1)?;
                if !self.take('|') {
                    let at = self.at;
                    let message = "`given` asks for a figure and a condition: given(x | x > 0)";
                    return Err(self.wrong(at, 1, message));
                }
                Ok(Expression::Given(Box::new(inside), Box::new(self.condition(depth + 1)?)))
            }
            _ => {
                let inside = self.sum(depth + 1)?;
                if drawn(&inside) {
                    return twice(self);
                }
                Ok(Expression::Over(statistic(name).unwrap_or(Statistic::Mean), Box::new(inside)))
            }
        }
    }

    /// `index.ova.rate[2027]`.
    fn assumption(&mut self, address: String) -> Read<Expression> {
        if self.chars.get(self.at) != Some(&'[') {
            return Ok(Expression::Assumption(address, None));
        }
        let opened = self.at;
        let Some(closed) = self.chars[opened..].iter().position(|c| *c == ']').map(|n| opened + n) else {
            return Err(self.wrong(opened, 1, "this bracket is not closed"));
        };
        self.at = closed + 1;
        let year = self.slice(opened + 1, closed);
        match year.trim().parse::<i32>() {
            Ok(year) => Ok(Expression::Assumption(address, Some(Year(year)))),
            Err(_) => Err(self.wrong(opened + 1, closed - opened - 1, &format!("`{year}` is no year"))),
        }
    }
}

fn function(name: &str) -> Option<(Function, usize)> {
    [(Function::Greatest, 2), (Function::Least, 2), (Function::Size, 1)].into_iter().find(|(f, _)| f.name() == name)
}

fn statistic(name: &str) -> Option<Statistic> {
    match name {
        "mean" => Some(Statistic::Mean),
        "sd" => Some(Statistic::Sd),
        _ => {
            let percent: u8 = name.strip_prefix('p')?.parse().ok()?;
            (1..=99).contains(&percent).then_some(Statistic::Percentile(percent))
        }
    }
}

fn example(name: &str) -> &'static str {
    match name {
        "chance" => "result(2029) < 0",
        _ if statistic(name).is_some() => "cost(jeugd, 2029)",
        _ => "jeugd, 2029",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Expression {
        text.parse().unwrap_or_else(|e: ExpressionError| panic!("{text}: {e}"))
    }

    fn wrong(text: &str) -> ExpressionError {
        text.parse::<Expression>().expect_err("no expression")
    }

    fn bare(text: &str) -> f64 {
        let none = |_: &FigureAddress| Err::<f64, ()>(());
        read(text).value(&mut { none }, &mut |_: &Expression| Err(())).expect("numbers only")
    }

    #[test]
    fn what_is_read_is_written_the_same() {
        for text in [
            "cost(jeugd, 2029) - budget(jeugd, 2029)",
            "p90(cost(total, 2029))",
            "chance(result(total, 2029) < 0)",
            "mean(cost(total+outside, 2028) / clients(wmo, 2028))",
            "cost(a, 2027) - (cost(b, 2027) - cost(c, 2027))",
            "2 * (cost(a, 2027) + cost(b, 2027))",
            "cost(6.75, 2027) / 2 / 3",
            "-cost(a, 2027)",
            "given(cost(a, 2027) - budget(a, 2027) | cost(a, 2027) - budget(a, 2027) > 0)",
            "p90(given(cost(a, 2027) | cost(a, 2027) > mean(cost(a, 2027))))",
            "in(ova-hoger, result(total, 2029)) - result(total, 2029)",
            "risk.expected(krapte-op-de-arbeidsmarkt, 2027)",
            "cost.jeugd-ambulant.volume.growth[2027] - index.ova.rate",
            "max(cost(a, 2027), 0) * abs(growth(a, 2027))",
        ] {
            assert_eq!(read(text).to_string(), text);
            assert_eq!(read(&read(text).to_string()), read(text));
        }
        assert_eq!(read("result(2029)").to_string(), "result(total, 2029)");
        let condition: Condition = "chance(result(2029) < 0) <= 10%".parse().expect("well formed");
        assert_eq!(condition.to_string(), "chance(result(total, 2029) < 0) <= 10%");
    }

    #[test]
    fn operators_bind_as_at_school() {
        assert!((bare("1 + 2 * 3") - 7.0).abs() < 1e-12);
        assert!((bare("(1 + 2) * 3") - 9.0).abs() < 1e-12);
        assert!((bare("8 - 4 - 2") - 2.0).abs() < 1e-12);
        assert!((bare("8 / 4 / 2") - 1.0).abs() < 1e-12);
        assert!((bare("-2 * -3") - 6.0).abs() < 1e-12);
    }

    #[test]
    fn numbers_are_read_as_people_write_them() {
        assert!((bare("2,5%") - 0.025).abs() < 1e-15);
        assert!((bare("2.5%") - 0.025).abs() < 1e-15);
        assert!((bare("0.105") - 0.105).abs() < 1e-15);
        assert!((bare("1.000.000") - 1e6).abs() < 1e-9);
        assert!((bare("1_000_000") - 1e6).abs() < 1e-9);
        assert!((bare("€ 25.000") - 25_000.0).abs() < 1e-9);
        let doubt = wrong("cost(a, 2027) - 25.000");
        assert!(doubt.message.contains("25000"), "{doubt}");
        assert_eq!((doubt.at, doubt.length), (16, 6));
    }

    #[test]
    fn units_that_do_not_belong_together_are_refused() {
        assert!(wrong("cost(a, 2027) + clients(a, 2027)").message.contains("euros cannot be added to clients"));
        assert!("chance(cost(a, 2027) > 5%) < 10%".parse::<Condition>().is_err());
        assert_eq!(read("cost(a, 2027) / clients(a, 2027)").unit(), Ok(Some(Quantity::EuroPerClient)));
        assert_eq!(read("cost(a, 2027) / cost(a, 2026) - 1").unit(), Ok(Some(Quantity::Number)));
        assert_eq!(read("1.05 * cost(a, 2026) - 1").unit(), Ok(Some(Quantity::Euro)));
    }

    #[test]
    fn mistakes_say_where_and_what() {
        assert!(wrong("kost(jeugd, 2029)").message.contains("did you mean `cost`"));
        assert!(wrong("").message.contains("missing"));
        assert!(wrong("cost(jeugd, 2029").message.contains("not closed"));
        assert!(wrong("cost(jeugd, 2029) <= 3").message.contains("chance"));
        assert!(wrong("mean(p90(cost(a, 2027)))").message.contains("cannot hold"));
        assert!(wrong("cost").message.contains("brackets"));
        assert!(wrong("jeugd").message.contains("no figure"));
        assert!(wrong("risk.expected(x)").message.contains("risk.expected(ID, YEAR)"));
        assert!(wrong("risk.expectd(x, 2027)").message.contains("did you mean `risk.expected`"));
        assert!(wrong("in(ova)").message.contains("a scenario and a figure"));
        assert!(wrong("given(cost(a, 2027))").message.contains("condition"));
        assert!(wrong("index.ova[twee]").message.contains("no year"));
        assert!(wrong("cost(jeugd, twee)").message.contains("no year"));
        assert!(wrong(&"(".repeat(5_000)).message.contains("too deep"));
        let missing = "cost(a, 2029)".parse::<Condition>().expect_err("nothing compared");
        assert!(missing.message.contains("comparison is missing"));
    }
}
