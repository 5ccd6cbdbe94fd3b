//! Units that can be seen not to go together, before any figure is read.
//!
//! Types are followed through `let`; where one is not known, nothing is said.

use std::collections::BTreeMap;

use rhai::{Expr, Position, Stmt};

use super::{Check, chain, own};
use crate::dutch::Quantity;
use crate::model::Figure as Kind;
use crate::rule::facts::unit_of;
use crate::rule::figure::{Operation, unit_after, unit_name};

/// What is known of a value.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Type {
    /// A figure, and whether it is certain to be one number.
    Figure(Quantity, bool),
    /// A plain number.
    Plain,
    /// Nothing is known.
    Unknown,
}

pub(super) fn check(check: &mut Check<'_>) {
    let rule = check.rule;
    for function in own(rule) {
        let mut follow = Follow { check: &mut *check, variables: BTreeMap::new() };
        follow.block(&function.body);
    }
}

struct Follow<'a, 'c> {
    check: &'a mut Check<'c>,
    variables: BTreeMap<String, Type>,
}

impl Follow<'_, '_> {
    fn block(&mut self, statements: &[Stmt]) {
        for statement in statements {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &Stmt) {
        match statement {
            Stmt::Var(parts, ..) => {
                let kind = self.infer(&parts.1);
                self.variables.insert(parts.0.name.to_string(), kind);
            }
            Stmt::Assignment(parts) => {
                let value = self.infer(&parts.1.rhs);
                if let Expr::Variable(variable, ..) = &parts.1.lhs {
                    // In a loop it may be something else the next time.
                    let known = if parts.0.is_op_assignment() { Type::Unknown } else { value };
                    self.variables.insert(variable.1.to_string(), known);
                }
            }
            Stmt::Expr(expression) => {
                self.infer(expression);
            }
            Stmt::FnCall(call, _) => {
                for argument in &call.args {
                    self.infer(argument);
                }
            }
            Stmt::Return(Some(value), ..) => {
                self.infer(value);
            }
            Stmt::If(flow, _) => {
                self.infer(&flow.expr);
                self.block(flow.body.statements());
                self.block(flow.branch.statements());
            }
            Stmt::While(flow, _) | Stmt::Do(flow, ..) => {
                self.infer(&flow.expr);
                self.block(flow.body.statements());
            }
            Stmt::For(parts, _) => {
                self.infer(&parts.2.expr);
                self.variables.insert(parts.0.name.to_string(), Type::Unknown);
                self.block(parts.2.body.statements());
            }
            Stmt::Switch(parts, _) => {
                self.infer(&parts.0);
                for arm in &parts.1.expressions {
                    self.infer(&arm.lhs);
                    self.infer(&arm.rhs);
                }
            }
            Stmt::Block(inner) => self.block(inner.statements()),
            _ => {}
        }
    }

    fn infer(&mut self, expression: &Expr) -> Type {
        match expression {
            Expr::IntegerConstant(..) | Expr::FloatConstant(..) => Type::Plain,
            Expr::Variable(variable, ..) => self.variables.get(variable.1.as_str()).copied().unwrap_or(Type::Unknown),
            Expr::Stmt(block) => {
                self.block(block.statements());
                Type::Unknown
            }
            Expr::InterpolatedString(parts, _) | Expr::Array(parts, _) => {
                for part in parts {
                    self.infer(part);
                }
                Type::Unknown
            }
            Expr::Map(map, _) => {
                for (_, value) in &map.0 {
                    self.infer(value);
                }
                Type::Unknown
            }
            Expr::And(parts, _) | Expr::Or(parts, _) | Expr::Coalesce(parts, _) => {
                for part in parts.iter() {
                    self.infer(part);
                }
                Type::Unknown
            }
            Expr::FnCall(call, position) => {
                let arguments: Vec<Type> = call.args.iter().map(|a| self.infer(a)).collect();
                self.call(call.name.as_str(), &arguments, *position)
            }
            Expr::Dot(..) => self.dots(expression),
            Expr::Index(pair, ..) => {
                self.infer(&pair.lhs);
                self.infer(&pair.rhs);
                Type::Unknown
            }
            _ => Type::Unknown,
        }
    }

    fn dots(&mut self, expression: &Expr) -> Type {
        let parts = chain(expression);
        let mut parts = parts.into_iter();
        let Some(first) = parts.next() else {
            return Type::Unknown;
        };
        let mut value = self.infer(first);
        for part in parts {
            value = match part {
                Expr::Property(property, _) => match (value, property.2.as_str()) {
                    (Type::Figure(unit, _), "mean" | "expected" | "p10" | "p50" | "p90" | "central") => {
                        Type::Figure(unit, true)
                    }
                    (figure @ Type::Figure(..), _) => figure,
                    _ => Type::Unknown,
                },
                Expr::MethodCall(call, position) => {
                    let arguments: Vec<Type> = call.args.iter().map(|a| self.infer(a)).collect();
                    self.method(value, call.name.as_str(), &arguments, *position)
                }
                other => {
                    self.infer(other);
                    Type::Unknown
                }
            };
        }
        value
    }

    fn method(&mut self, value: Type, name: &str, arguments: &[Type], position: Position) -> Type {
        if let Some(kind) = Kind::from_name(name) {
            // Without a year it is a series.
            let total = matches!(kind, Kind::Balance | Kind::Result | Kind::Shortfall);
            let years = arguments.len() == 2 || (total && arguments.first() == Some(&Type::Plain));
            let certain = matches!(kind, Kind::Budget | Kind::BudgetRevenue | Kind::Actual | Kind::Indicator);
            return if years { Type::Figure(unit_of(kind), certain) } else { Type::Unknown };
        }
        match (name, value, arguments) {
            ("measures" | "measures_planned", ..) => Type::Figure(Quantity::Euro, name == "measures_planned"),
            ("share_of" | "growth_from", Type::Figure(a, sure), [Type::Figure(b, certain)]) => {
                self.alike(a, *b, "compare", position);
                Type::Figure(Quantity::Percent, sure && *certain)
            }
            ("above" | "below", Type::Figure(a, _), [Type::Figure(b, _)]) => {
                self.alike(a, *b, "compare", position);
                Type::Figure(a, false)
            }
            ("chance", Type::Figure(a, _), [_, Type::Figure(b, _)]) => {
                self.alike(a, *b, "compare", position);
                Type::Figure(Quantity::Percent, true)
            }
            _ => Type::Unknown,
        }
    }

    fn call(&mut self, name: &str, arguments: &[Type], position: Position) -> Type {
        let operation = match name {
            "+" => Some(Operation::Add),
            "-" => Some(Operation::Subtract),
            "*" => Some(Operation::Multiply),
            "/" => Some(Operation::Divide),
            _ => None,
        };
        match (operation, arguments) {
            (Some(operation), [a, b]) => return self.arithmetic(operation, *a, *b, position),
            (Some(_), [a]) => return *a,
            _ => {}
        }
        match (name, arguments) {
            ("<" | "<=" | ">" | ">=" | "==" | "!=", [a, b]) => {
                self.comparison(*a, *b, position);
                Type::Unknown
            }
            ("euro", [a]) => self.made(Quantity::Euro, *a),
            ("percent", [a]) => self.made(Quantity::Percent, *a),
            ("persons", [a]) => self.made(Quantity::Clients, *a),
            ("number", [a]) => self.made(Quantity::Number, *a),
            ("euro_per_client", [a]) => self.made(Quantity::EuroPerClient, *a),
            ("chance", [Type::Figure(a, _), _, Type::Figure(b, _)]) => {
                self.alike(*a, *b, "compare", position);
                Type::Figure(Quantity::Percent, true)
            }
            ("chance", _) => Type::Figure(Quantity::Percent, true),
            ("abs", [figure @ Type::Figure(..)]) => *figure,
            ("max" | "min", [Type::Figure(a, x), Type::Figure(b, y)]) => {
                self.alike(*a, *b, "compare", position);
                Type::Figure(*a, *x && *y)
            }
            _ => Type::Unknown,
        }
    }

    fn made(&self, unit: Quantity, from: Type) -> Type {
        Type::Figure(unit, from == Type::Plain)
    }

    fn alike(&mut self, a: Quantity, b: Quantity, verb: &str, position: Position) {
        if a != b {
            let message = format!("cannot {verb} {} and {}: they have different units", unit_name(a), unit_name(b));
            self.check.warn("unit", position, message);
        }
    }

    fn arithmetic(&mut self, operation: Operation, a: Type, b: Type, position: Position) -> Type {
        match (a, b) {
            (Type::Figure(x, sure), Type::Figure(y, certain)) => match unit_after(operation, x, y) {
                Ok(unit) => Type::Figure(unit, sure && certain),
                Err(fault) => {
                    self.check.warn("unit", position, fault.message);
                    Type::Unknown
                }
            },
            (Type::Plain, Type::Plain) => Type::Plain,
            (Type::Figure(unit, sure), Type::Plain) => match operation {
                Operation::Multiply | Operation::Divide => Type::Figure(unit, sure),
                _ => self.bare(unit, sure, position),
            },
            (Type::Plain, Type::Figure(unit, sure)) => match operation {
                Operation::Multiply => Type::Figure(unit, sure),
                Operation::Divide => Type::Unknown,
                _ => self.bare(unit, sure, position),
            },
            _ => Type::Unknown,
        }
    }

    fn bare(&mut self, unit: Quantity, sure: bool, position: Position) -> Type {
        if unit != Quantity::Number {
            self.check.warn(
                "unit",
                position,
                format!("a plain number has no unit, and the figure beside it is in {}", unit_name(unit)),
            );
        }
        Type::Figure(unit, sure)
    }

    fn comparison(&mut self, a: Type, b: Type, position: Position) {
        match (a, b) {
            (Type::Figure(x, sure), Type::Figure(y, certain)) => {
                self.alike(x, y, "compare", position);
                if !(sure && certain) && x == y {
                    self.check
                        .warn("uncertain-comparison", position, "this fails as soon as the figure is uncertain")
                        .help = Some(
                        "say which value you mean: .mean, .p50 or .p90; or ask chance(x, \"above\", y)".to_owned(),
                    );
                }
            }
            (Type::Figure(unit, _), Type::Plain) | (Type::Plain, Type::Figure(unit, _)) => {
                self.check
                    .warn(
                        "comparison",
                        position,
                        format!("a figure compares only with a figure, and this one is in {}", unit_name(unit)),
                    )
                    .help = Some("write the number with its unit, like euro(50_000)".to_owned());
            }
            _ => {}
        }
    }
}
