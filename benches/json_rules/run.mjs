// W4 of benches/rules.rs in json-rules-engine: the same facts, the same
// conditions. Run with `npm install && node run.mjs`; not part of .ci/run.
import { Engine } from "json-rules-engine";

const RULES = 60, SETS = 10_000, LINES = 20;

let state = 20261121;
const next = (below) => {
  state = (state * 16807) % 2147483647; // below 2^53: exact
  return state % below;
};
const sets = Array.from({ length: SETS }, () => {
  const facts = {};
  for (let l = 0; l < LINES; l++) {
    const cost = 1e6 + next(200_000), budget = 1e6 + next(200_000);
    facts[`gap_${l}`] = cost - budget;
    facts[`clients_${l}`] = next(100);
  }
  return facts;
});

const engine = new Engine();
for (let i = 0; i < RULES; i++) {
  engine.addRule({
    name: `r${i}`,
    conditions: {
      all: [
        { fact: `gap_${i % LINES}`, operator: "greaterThan", value: 1000 * i },
        { fact: `clients_${i % LINES}`, operator: "greaterThanInclusive", value: 40 },
      ],
    },
    event: { type: `r${i}` },
  });
}

const times = [];
let fired = 0;
for (let run = 0; run < 3; run++) {
  fired = 0;
  const start = process.hrtime.bigint();
  for (const facts of sets) fired += (await engine.run(facts)).events.length;
  times.push(Number(process.hrtime.bigint() - start) / 1e9);
}
times.sort((a, b) => a - b);
console.log(`json-rules-engine, 60 rules, ${SETS} sets: ${times[0].toFixed(3)} s (median ${times[1].toFixed(3)})`);
console.log(`fired: ${fired}`);
