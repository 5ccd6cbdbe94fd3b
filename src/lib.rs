//! ravijn projects what the social domain (Wmo, Jeugd, Participatiewet) will
//! cost a Dutch municipality, simulates how sure that is, lets a policy
//! writer's rules find the risks in the outcome, and writes the
//! *risicoparagraaf* that goes to the council.
//!
//! The way of the data, room by room:
//!
//! 1. [`input`]: files as written become a [`model::Model`], every mistake with its place;
//! 2. [`projection`]: one future, every assumption at its value, with the reason of every euro;
//! 3. [`simulation`]: many futures, the same arithmetic on lanes of draws;
//! 4. [`rule`] and [`risk`]: risks in words, and how much money must be at hand;
//! 5. [`study`] runs all of it in this order, and [`report`] lays it out.
//!
//! ```
//! use ravijn::input::{self, Sources};
//! use ravijn::projection::{self, Central};
//!
//! let mut files = Sources::default();
//! files.insert(
//!     "base.toml",
//!     r#"
//! [municipality]
//! name = "Voorbeeld"
//! code = "GM0000"
//! base_year = 2026
//! base = "budget"
//! horizon = 2028
//!
//! [index.ova]
//! label = "OVA"
//! rate = "4%"
//!
//! [cost.jeugdhulp]
//! label = "Jeugdhulp"
//! taakveld = "6.751"
//! domain = "jeugd"
//! volume = { growth = "2,5%" }
//! price = { index = { ova = 1.0 } }
//! "#,
//! );
//! files.insert("figures.csv", "line,quantity,kind,year,value\njeugdhulp,cost,budget,2026,1000000\n");
//!
//! let loaded = input::load(&files, None).expect("the files are in order");
//! let future = projection::project(&loaded.base, &Central(&loaded.base));
//! // 1,000,000 x 1.025 x 1.04
//! assert!((future.lines[0].years[1].amount - 1_066_000.0).abs() < 1e-6);
//! ```

pub mod analysis;
pub mod cli;
pub mod diagnostic;
pub mod dutch;
pub mod input;
pub mod model;
pub mod projection;
pub mod report;
pub mod risk;
pub mod rule;
pub mod simulation;
pub mod study;
pub mod units;
