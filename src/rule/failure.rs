//! Faults of a rule in words that a policy writer can act on.
//!
//! Rhai's own wording never reaches a person: every error becomes a
//! [`Diagnostic`] with the place in the file, one sentence and, where there is
//! one, the way out. Where Rhai keeps no place (most limits), it is the line of
//! the function that was called.

use rhai::{Dynamic, EvalAltResult, LexError, ParseError, ParseErrorType, Position};

use super::figure::Fault;
use super::syntax::Source;
use super::vocabulary::Words;
use crate::diagnostic::{Diagnostic, Place, nearest};

/// An error that a native function returns.
pub(super) fn raise(fault: Fault) -> Box<EvalAltResult> {
    Box::new(EvalAltResult::ErrorRuntime(Dynamic::from(fault), Position::NONE))
}

/// A fault as a diagnostic.
pub(super) fn diagnostic(fault: &Fault, place: &Place) -> Diagnostic {
    let diagnostic = Diagnostic::error(fault.code, place, fault.message.clone());
    match &fault.help {
        Some(help) => diagnostic.help(help.clone()),
        None => diagnostic,
    }
}

/// The fault in an error and where it happened, innermost first.
pub(super) fn fault_of(error: &EvalAltResult, words: &Words) -> (Fault, Position) {
    let position = error.position();
    match error {
        EvalAltResult::ErrorInFunctionCall(_, _, inner, _) => {
            let (fault, at) = fault_of(inner, words);
            (fault, if at.is_none() { position } else { at })
        }
        EvalAltResult::ErrorRuntime(value, _) | EvalAltResult::ErrorTerminated(value, _) => {
            let fault = value.read_lock::<Fault>().map(|f| f.clone());
            (fault.unwrap_or_else(|| Fault::new("rule-failed", "the rule was stopped")), position)
        }
        other => (of_rhai(other, words), position),
    }
}

fn of_rhai(error: &EvalAltResult, words: &Words) -> Fault {
    use EvalAltResult as E;
    match error {
        E::ErrorTooManyOperations(_) => Fault::new("limit-operations", "the rule takes more than 200,000 operations")
            .help("look for a loop that never ends, or that goes over too much"),
        E::ErrorStackOverflow(_) => Fault::new("limit-calls", "functions call each other more than 32 deep")
            .help("look for a function that calls itself"),
        E::ErrorTooManyVariables(_) => {
            Fault::new("limit-variables", "the rule has too many variables at the same time")
        }
        E::ErrorDataTooLarge(what, _) if what.contains("string") => {
            Fault::new("limit-text", "a text is longer than 20,000 characters")
        }
        E::ErrorDataTooLarge(..) => Fault::new("limit-list", "a list or map has more than 1,000 elements"),
        E::ErrorVariableNotFound(name, _) => Fault::new("unknown-variable", format!("there is no variable `{name}`")),
        E::ErrorPropertyNotFound(name, _) => Fault::new("unknown-key", format!("the map has no key `{name}`"))
            .help(format!("test first whether it is there: `if \"{name}\" in map`")),
        E::ErrorIndexNotFound(key, _) => Fault::new("unknown-key", format!("there is nothing at `{key}`")),
        E::ErrorFunctionNotFound(signature, _) => not_found(signature, words),
        E::ErrorDotExpr(text, _) => {
            // `Unknown property 'x' - a getter is not registered for type 'y'`
            let name = text.split('\'').nth(1).unwrap_or(text);
            let kind = text.split('\'').nth(3).unwrap_or("this value");
            let fault = Fault::new("unknown-property", format!("{} has no `.{name}`", with_article(kind)));
            match nearest(name, words.properties()) {
                Some(near) => fault.help(format!("did you mean `.{near}`?")),
                None => fault,
            }
        }
        E::ErrorArrayBounds(count, index, _) => {
            Fault::new("list-bounds", format!("the list has {count} elements, there is none at {index}"))
        }
        E::ErrorStringBounds(count, index, _) => {
            Fault::new("list-bounds", format!("the text has {count} characters, there is none at {index}"))
        }
        E::ErrorBitFieldBounds(..) => Fault::new("list-bounds", "a number has no elements"),
        E::ErrorFor(_) => {
            Fault::new("type", "`for` goes over a list or a range of years").help("for year in o.years { ... }")
        }
        E::ErrorMismatchDataType(wanted, actual, _) | E::ErrorMismatchOutputType(wanted, actual, _) => {
            let fault = Fault::new(
                "type",
                format!("this is {}, where {} is needed", with_article(actual), with_article(wanted)),
            );
            if wanted == "bool" { fault.help("write a comparison: `gap.mean > euro(0)`") } else { fault }
        }
        E::ErrorIndexingType(..) => Fault::new("type", "this value has no elements"),
        E::ErrorAssignmentToConstant(name, _) => Fault::new("constant", format!("`{name}` cannot be changed")),
        E::ErrorNonPureMethodCallOnConstant(..) => Fault::new("constant", "a constant cannot be changed"),
        E::ErrorVariableExists(name, _) | E::ErrorForbiddenVariable(name, _) => {
            Fault::new("redefinition", format!("there is already a `{name}`"))
        }
        E::ErrorArithmetic(text, _) if text.contains("zero") => {
            Fault::new("division-by-zero", "dividing by zero has no answer")
        }
        E::ErrorArithmetic(..) => Fault::new("not-finite", "the number is too large"),
        E::ErrorParsing(kind, _) => Fault::new("rule-syntax", parsing(kind).0),
        E::ErrorUnboundThis(_) => Fault::new("sandbox", "`this` means nothing in a rule"),
        _ => Fault::new("rule-failed", "the rule cannot do this"),
    }
}

/// The name of a type with its article, as a person says it.
pub(super) fn with_article(kind: &str) -> String {
    match kind.rsplit("::").next().unwrap_or(kind) {
        "Figure" | "figure" => "a figure",
        "Outcome" | "outcome" => "the outcome",
        "Series" | "series" => "a series",
        "i64" | "integer" => "a whole number",
        "f64" | "float" | "FloatWrapper<f64>" => "a plain number",
        "bool" => "true or false",
        "string" | "ImmutableString" | "&str | ImmutableString | String" | "&str" => "a text",
        "()" => "nothing",
        "array" | "Array" => "a list",
        "map" | "Map" => "a map",
        "char" => "a character",
        _ => return format!("a value of another kind ({kind})"),
    }
    .to_owned()
}

/// `cost (Outcome, i64)`: no such function for these values.
fn not_found(signature: &str, words: &Words) -> Fault {
    let (name, values) = signature.split_once(" (").unwrap_or((signature, ""));
    let values: Vec<String> =
        values.trim_end_matches(')').split(", ").filter(|v| !v.is_empty()).map(with_article).collect();
    let list = if values.is_empty() { "nothing".to_owned() } else { values.join(" and ") };
    let fault = Fault::new("type", format!("`{name}` cannot do anything with {list}"));
    match words.signatures(name) {
        Some(signatures) => fault.help(format!("write {signatures}")),
        None => fault,
    }
}

/// A syntax error at its place.
pub(super) fn of_parsing(error: &ParseError, source: &Source) -> Diagnostic {
    let start = Place::new(source.path.clone(), 1, 1, 1);
    let end = || {
        let line = source.text.lines().count().max(1);
        let column = source.text.lines().last().map_or(0, |l| l.chars().count()).max(1);
        let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Place::new(source.path.clone(), small(line), small(column), 1)
    };
    let place = match error.err_type() {
        ParseErrorType::UnexpectedEOF => end(),
        _ => source.place_or(error.position(), &start),
    };
    let (message, help) = parsing(error.err_type());
    let code = match error.err_type() {
        ParseErrorType::ExprTooDeep => "limit-depth",
        ParseErrorType::VariableUndefined(_) => "unknown-variable",
        ParseErrorType::BadInput(LexError::Runtime(_)) => "sandbox",
        ParseErrorType::FnDuplicatedDefinition(..) => "redefinition",
        _ => "rule-syntax",
    };
    let diagnostic = Diagnostic::error(code, &place, message);
    match help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

fn parsing(kind: &ParseErrorType) -> (String, Option<String>) {
    use ParseErrorType as P;
    let with = |message: String, help: &str| (message, Some(help.to_owned()));
    match kind {
        P::UnexpectedEOF => with(
            "the file ends in the middle of something".to_owned(),
            "look for a bracket or quote that is not closed",
        ),
        P::MissingToken(token, _) => (format!("here `{token}` is missing"), None),
        P::MissingSymbol(_) => ("here a symbol is missing".to_owned(), None),
        P::UnknownOperator(operator) => (format!("`{operator}` means nothing in a rule"), None),
        P::BadInput(LexError::Runtime(text)) => (text.clone(), None),
        P::BadInput(LexError::UnterminatedString) => {
            with("a text is not closed".to_owned(), "end it with the quote it began with")
        }
        P::BadInput(LexError::StringTooLong(_)) | P::LiteralTooLarge(..) => {
            ("this is longer than a rule may hold".to_owned(), None)
        }
        P::BadInput(LexError::MalformedNumber(text)) => {
            with(format!("`{text}` is no number"), "write 50_000 or 2.5; an amount is euro(50_000)")
        }
        P::BadInput(LexError::UnexpectedInput(text)) => (format!("`{text}` means nothing here"), None),
        P::BadInput(LexError::ImproperSymbol(symbol, _)) => (format!("`{symbol}` means nothing in a rule"), None),
        P::BadInput(_) => ("this cannot be read".to_owned(), None),
        P::ExprTooDeep => with(
            "this is nested more than 64 deep".to_owned(),
            "cut it in parts with `let`, or put parts in functions of their own",
        ),
        P::VariableUndefined(name) => with(
            format!("there is no variable `{name}`"),
            "variables are made with `let`; the outcome is `o` in `fn risk(o)`",
        ),
        P::TooManyFunctions => ("the file has too many functions".to_owned(), None),
        P::FnDuplicatedDefinition(name, _) => (format!("there are two functions `{name}`"), None),
        P::FnDuplicatedParam(name, parameter) => (format!("`{name}` takes `{parameter}` twice"), None),
        P::DuplicatedProperty(name) => (format!("the map has `{name}` twice"), None),
        P::DuplicatedVariable(name) | P::VariableExists(name) => (format!("there is already a `{name}`"), None),
        P::FnMissingParams(name) => with(format!("`{name}` lacks its brackets"), "write fn name()"),
        P::FnMissingBody(name) => with(format!("`{name}` has no body"), "write fn name() { ... }"),
        P::FnMissingName => ("the function has no name".to_owned(), None),
        P::WrongFnDefinition => ("functions stand by themselves, not inside another".to_owned(), None),
        P::Reserved(word) => (format!("`{word}` is switched off in rules"), None),
        P::ExprExpected(_) => ("here a value is missing".to_owned(), None),
        P::LoopBreak => ("this only means something inside a loop".to_owned(), None),
        P::AssignmentToConstant(name) => (format!("`{name}` cannot be changed"), None),
        P::AssignmentToInvalidLHS(_) => with("this cannot be given a value".to_owned(), "to compare, write =="),
        P::PropertyExpected => ("behind the point a name is missing".to_owned(), None),
        P::VariableExpected => ("here a name is missing".to_owned(), None),
        P::MismatchedType(wanted, actual) => {
            (format!("this is {}, where {} is needed", with_article(actual), with_article(wanted)), None)
        }
        P::WrongDocComment => with("a comment with /// stands above a function only".to_owned(), "use // here"),
        P::WrongSwitchIntegerCase | P::WrongSwitchDefaultCase | P::WrongSwitchCaseCondition => {
            ("this case cannot stand here".to_owned(), None)
        }
        P::ModuleUndefined(_) | P::WrongExport => ("a rule sees nothing outside its own file".to_owned(), None),
        P::MalformedIndexExpr(_) => ("this element cannot be read".to_owned(), None),
        _ => ("this cannot be read as a rule".to_owned(), None),
    }
}
