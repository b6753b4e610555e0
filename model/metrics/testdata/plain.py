"""Makes plain.json: random incidents and what the seed's own code says of them.

    python3 plain.py SEED.md > plain.json

The class is taken out of the Markdown file as it stands and run with a clock
that stands still. Made with pandas 1.5.3. NaN and infinity are written as words.
"""
import json, math, random, re, sys, warnings
import datetime as real

warnings.filterwarnings("ignore")
text = open(sys.argv[1], encoding="utf-8").read()
code = next(b for b in re.findall(r"```python\n(.*?)```", text, re.S) if "class IncidentAnalytics" in b)
NOW = real.datetime(2026, 11, 23, 12, 0, 0)


class Clock(real.datetime):
    @classmethod
    def now(cls, tz=None):
        return NOW


space = {}
exec(compile(code, "seed", "exec"), space)
space["datetime"] = Clock
CAUSES = ["Deploy of the new version broke the cache", "database failover", "Config change: wrong timeout",
          "expired certificate for the api", "DNS", "the disk was full on db-1", "İstanbul link down", "ΟΔΟΣ router ΟΔΟΣ",
          "capacity_limit of the queue", "retry storm and queue overflow", "naïve retry, naïve cache", "電源 障害 データセンター停止", "", None]
SERVICES = ["checkout", "search", "orders-db", "login", "email", "api", "billing"]


def clean(v):
    if isinstance(v, dict):
        return {str(k): clean(x) for k, x in v.items()}
    if isinstance(v, list):
        return [clean(x) for x in v]
    if v is None or isinstance(v, str):
        return v
    f = float(v)
    if math.isnan(f):
        return "NaN"
    if math.isinf(f):
        return "Infinity"
    return int(f) if f == int(f) and abs(f) < 1e15 and not isinstance(v, float) else f


def severity(k):
    return str(int(float(k)))


def case(rng, n):
    span = rng.choice([3, 29, 45, 400])
    hours = rng.choice([None, [0], [0, 1], [9, 10, 11], [23]])
    incidents = []
    for _ in range(n):
        at = NOW - real.timedelta(seconds=rng.randrange(1, span * 86400))
        if hours and rng.random() < 0.7:
            at = at.replace(hour=rng.choice(hours))
            if at >= NOW:
                at -= real.timedelta(days=1)
        incidents.append({
            "timestamp": at.strftime("%Y-%m-%dT%H:%M:%S"),
            "duration_minutes": rng.choice([None, "about an hour", 0, round(rng.lognormvariate(4, 1.2), 3), round(rng.lognormvariate(4, 1.2)),
                                            round(rng.lognormvariate(3, 1), 1), round(rng.lognormvariate(5, 1), 2)]),
            "service": rng.choice(SERVICES),
            "severity": rng.choice([1, 2, 3, 4, 5, 3, 3]),
            "root_cause": rng.choice(CAUSES),
        })
    if n > 3 and rng.random() < 0.3:
        incidents[1]["severity"] = None
    return incidents


def main():
    rng = random.Random(20261123)
    out = []
    for n in [1, 1, 2, 2, 3, 3, 4, 5, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 60, 90]:
        incidents = case(rng, n)
        a = space["IncidentAnalytics"]()
        a.load_incidents([dict(i) for i in incidents])
        report = clean(a.generate_report())
        dist = report["patterns"]["by_severity"]["distribution"]
        report["patterns"]["by_severity"]["distribution"] = {severity(k): v for k, v in dist.items()}
        out.append({"incidents": incidents, "report": report})
    print("[")
    for i, c in enumerate(out):
        print('{"report":%s,\n"incidents":[' % json.dumps(c["report"], ensure_ascii=False))
        print(",\n".join(json.dumps(x, ensure_ascii=False) for x in c["incidents"]))
        print("]}" + ("," if i + 1 < len(out) else ""))
    print("]")


main()
