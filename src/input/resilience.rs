//! The scales of chance and impact and the resilience asked: from checked form
//! to the model.

use super::base::Builder;
use super::item::Item;
use crate::model::{ChanceScale, ImpactScale, Resilience, Scope};
use crate::units::Year;

impl Builder<'_> {
    /// Chance and impact by class.
    pub(super) fn scales(&mut self) -> (Option<ChanceScale>, Option<ImpactScale>) {
        let Some(table) = self.root.table("resilience") else {
            return (None, None);
        };
        let chance = table.table("chance_scale").map(|scale| {
            let mut chances = ChanceScale::default();
            for entry in &scale.entries {
                let Some(chance) = entry.item.as_number() else {
                    continue;
                };
                self.chance_range(chance, &entry.item);
                if let Ok(class) = entry.name.parse() {
                    chances.0.insert(class, chance);
                }
            }
            let falls = chances.0.values().zip(chances.0.values().skip(1)).any(|(low, high)| low > high);
            if let (true, Some(item)) = (falls, table.get("chance_scale")) {
                self.error(
                    "scale-order",
                    &item.place.clone(),
                    "a higher class has a lower chance",
                    "put the classes in ascending order",
                );
            }
            chances
        });
        let impact = table.table("impact_scale").map(|scale| {
            let mut impacts = ImpactScale::default();
            for entry in &scale.entries {
                let Some(list) = entry.item.as_list() else {
                    continue;
                };
                let bounds: Vec<f64> =
                    list.iter().filter_map(Item::as_money).map(|m| m.in_euros(self.frame.unit)).collect();
                if list.iter().any(Item::is_faulty) {
                    continue;
                }
                match bounds.as_slice() {
                    [low, high] if low <= high && high.is_finite() => {
                        if let Ok(class) = entry.name.parse() {
                            impacts.0.insert(class, (*low, *high));
                        }
                    }
                    [_, _] => self.error(
                        "min-above-max",
                        &entry.item.place,
                        format!("class {} runs from high to low", entry.name),
                        "write the lowest amount first",
                    ),
                    _ => self.error(
                        "impact-class",
                        &entry.item.place,
                        format!(
                            "class {} names {} amount{}",
                            entry.name,
                            list.len(),
                            if list.len() == 1 { "" } else { "s" }
                        ),
                        "write two: [lowest, highest]",
                    ),
                }
            }
            impacts
        });
        (chance, impact)
    }

    pub(super) fn resilience(&mut self) -> Option<Resilience> {
        let entry = self.root.entry("resilience")?;
        let table = entry.item.as_table()?;
        let first = self.frame.base + 1;
        let year = table.year("year").unwrap_or(first);
        if let Some(item) = table.get("year").filter(|_| !(first..=self.frame.horizon).contains(&year)) {
            let message = format!(
                "the resilience of {year} is asked, and the projection runs from {first} to {}",
                self.frame.horizon
            );
            self.error(
                "year-outside",
                &item.place,
                message,
                format!("name a year from {first} to {}", self.frame.horizon),
            );
        }
        let certainty = table.number("certainty").unwrap_or(0.9);
        if let Some(item) = table.get("certainty").filter(|_| certainty <= 0.0 || certainty >= 1.0) {
            self.error(
                "out-of-range",
                &item.place,
                format!("`certainty` is {}", item.written),
                "it lies between 0% and 100%, such as 90%",
            );
        }
        let norm = table.number("norm");
        if let Some(item) = table.get("norm").filter(|_| norm.is_some_and(|n| n <= 0.0)) {
            self.error(
                "out-of-range",
                &item.place,
                format!("`norm` is {}", item.written),
                "write the ratio that the council wants, such as 1.0",
            );
        }
        let structural_years = table.number("structural_years").unwrap_or(1.0);
        if let Some(item) = table.get("structural_years").filter(|_| structural_years <= 0.0) {
            self.error(
                "out-of-range",
                &item.place,
                format!("`structural_years` is {}", item.written),
                "write how many years a structural loss counts",
            );
        }
        let available = table.table("available");
        for key in ["incidental", "structural"] {
            let Some(item) = available.and_then(|a| a.get(key)) else { continue };
            if available.and_then(|a| a.money(key, self.frame.unit)).is_some_and(|v| v < 0.0) {
                self.error(
                    "out-of-range",
                    &item.place,
                    format!("an available capacity of {}", item.written),
                    "write what there is to meet losses with: 0 or more",
                );
            }
        }
        Some(Resilience {
            scope: if table.text("scope") == Some("municipality") { Scope::Municipality } else { Scope::Programme },
            year: Year(year),
            certainty,
            norm,
            available_incidental: available.and_then(|a| a.money("incidental", self.frame.unit)),
            available_structural: available.and_then(|a| a.money("structural", self.frame.unit)),
            structural_years,
            provenance: table
                .get("available")
                .map(|a| a.provenance.clone())
                .filter(|p| !p.is_empty())
                .unwrap_or_else(|| entry.item.provenance.clone()),
            place: entry.place.clone(),
        })
    }

    pub(super) fn chance_range(&mut self, chance: f64, item: &Item) {
        if !(0.0..=1.0).contains(&chance) {
            self.error(
                "out-of-range",
                &item.place,
                format!("a chance of {}", item.written),
                "a chance lies between 0% and 100%",
            );
        }
    }
}
