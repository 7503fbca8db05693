"""How authors say things: headings and sentences of many courses, as patterns over plain words."""

from __future__ import annotations

import re

_I = re.IGNORECASE

PREREQUISITES = re.compile(
    r"pre-?requisites?|pre-?reqs?\b|before (you|we) (start|begin|dive|read)|before starting|"
    r"what you (should|need to|must|will need to|'ll need to)( already)? (know|have|understand)|"
    r"what you need( first)?$|you should (already )?(know|be|have)|required (background|"
    r"knowledge|modules?|"
    r"reading|skills)|assumed (knowledge|background)|background( knowledge)? (needed|"
    r"required|assumed)|"
    r"^requirements?$|^(depends|builds?|building) (up)?on\b|dependenc(y|ies)$|"
    r"what you('ve| have)?( already)? (built|learned|know|did|done)( before| so far| already|"
    r" previously)?$|"
    r"^assumptions?$|connection (from|to) (the )?(previous|earlier)|connection from|"
    r"where (this|we) (fits?|left off)|^recap (of|from)|from (the )?previous (module|lesson|"
    r"chapter|notebook|part)|"
    r"^you need\b|needed from (earlier|previous)|prior (knowledge|modules?|work)|who (this|"
    r"is this) .*for",
    _I,
)
"""Headings and lead-ins of prerequisites."""

PREREQUISITE_SENTENCE = re.compile(
    r"\bpre-?requisites?\b|\b(this|the) (module|lesson|notebook|assignment|chapter|lab|"
    r"homework|tutorial|"
    r"course|exercise|part) (requires|assumes|builds (directly )?(up)?on|needs|relies on|"
    r"depends on|"
    r"presupposes)|\b(we|i) (will |shall )?assume (that )?(you|familiarity|basic|knowledge)|"
    r"\byou (should|must|need to) (already )?(know|be (familiar|comfortable)|have (completed|"
    r"finished|done|"
    r"read|worked|built)|understand)|\b(familiarity|experience) with\b.{0,60}\b(is|are) "
    r"(assumed|required|expected|helpful)|\bbefore (starting|you (start|begin)|this (module|"
    r"lesson|notebook)),?"
    r" (make sure|complete|finish|read|work|you)|\b(make sure|ensure) (that )?you have "
    r"(completed|finished|read)|"
    r"\bno (prior|previous) (knowledge|experience|modules?)\b|\bin (module|chapter|lesson|"
    r"notebook|part|week) \d+"
    r"[^.\n]{0,60},? you (built|learned|implemented|wrote|saw)",
    _I,
)
"""Sentences that state prerequisites without a heading."""

SYSTEMS = re.compile(
    r"\bsystems?( and \w+)?[ -](analysis|analyses|performance|measurements?|perspective|"
    r"behaviou?r|profil\w+|"
    r"implications|considerations|evaluation)\b|\banaly(sis|z\w+|s\w+)\b.{0,40}\b(performance|memory|"
    r"complexity|systems?|scal\w+|cost|runtime|efficiency|compute|computational|latency|throughput|bandwidth|"
    r"resource)|\b(performance|memory|complexity|scaling|scalability|cost|runtime|efficiency|computational|"
    r"latency|throughput|bandwidth|resource|time|space|speed|hardware|compute)\b.{0,40}\b(analy\w+|profil\w+|"
    r"benchmark\w*|measur\w+|characteri\w+|breakdown|comparison|experiments?|trade-?offs?|behaviou?r|"
    r"complexity|usage|footprint|costs?|law|scaling)|\b(profil(e|ing)|benchmark(s|ing)?|measur(e|ing|ements?))\b|"
    r"\bbig[ -]?o\b|^complexity$|^performance$|^efficiency$|how (fast|much memory|long|"
    r"expensive|slow|costly)\b|"
    r"what (does|do|did) (it|this|that|they) cost|counting (flops|operations|parameters)|"
    r"^costs?( and \w+)?$|"
    r"under the hood.*(memory|speed)|memory and (time|speed|compute)|time and (memory|space)|"
    r"speed and memory|"
    r"(where|what) .*(time|memory) go(es)?",
    _I,
)
"""Headings of a section about time, memory and how they grow."""

SYSTEMS_BY_NAME = re.compile(
    r"\bsystems?\b.{0,30}\b(analy|perform|measur|profil|evaluat)|\b(performance|memory|complexity|"
    r"scaling|scalability|cost|runtime|computational|resource)\b.{0,30}\b(analys|profil|benchmark|"
    r"measurement)|\banaly\w+.{0,30}\b(performance|memory|complexity|scaling|cost|runtime|systems?)\b|"
    r"\bbenchmark",
    _I,
)
"""Headings that are one by name: these count as sections of their own at any level."""

QUESTIONS = re.compile(r"question|thinking|reflect|quiz|discussion|interactive|self-?check", _I)
"""Headings of questions: asking about systems is no analysis of them."""

COST_WORDS = re.compile(
    r"\bO\([^)]+\)|\b(bytes?|[KMG]i?B|FLOP\w*|flops?|latency|throughput|bandwidth|milliseconds?|microseconds?|"
    r"ms|µs|ns|memory|cache|quadratic\w*|linear(ly)? (in|with)|cubic|runtime|asymptotic\w*|"
    r"speed-?up|"
    r"overhead|complexity|allocat\w+|scal(e|es|ing))\b",
    _I,
)
"""Words of cost and growth."""

OBJECTIVES = re.compile(
    r"\bobjectives?\b|\blearning (goals?|outcomes?|targets?|aims?)\b|^(goals?|aims?|"
    r"outcomes?|the goals?)$|"
    r"(our|your|module|lesson|notebook|assignment|project|session|chapter) goals?\b|"
    r"\bgoals? (of|for) th(is|e)\b|what (you|we|students)('ll| will| are going to)? (learn|"
    r"build|achieve|"
    r"implement|master|cover|do|be able|make|discover|write|accomplish|take away|create|"
    r"practi[cs]e)|"
    r"you('ll| will) (learn|build|be able|understand|implement|master)|"
    r"by the end|after (this|completing)|afterwards|in this (notebook|module|lesson|"
    r"assignment|chapter|lab|"
    r"tutorial|section|exercise|homework|part|project)|competenc(y|ies)|skills you|key "
    r"concepts you",
    _I,
)
OBJECTIVES_SENTENCE = re.compile(
    r"\b(by the end|at the end of (this|the)|after (completing|finishing|working through|"
    r"this)|afterwards)\b[^.\n]{0,80}\b"
    r"(you|students|we)\b|\bthe (main )?(goals?|objectives?|aims?|purposes?) (of|for|in) "
    r"(this|the)\b|"
    r"\bin this (notebook|module|lesson|assignment|chapter|lab|tutorial|exercise|homework|"
    r"project|problem set|"
    r"part)\b,?[^.\n]{0,30}\b(you|we)\b('ll| will| are going to)[^.\n]{0,20}\b(learn|"
    r"implement|build|write|develop|"
    r"explore|practi[cs]e|gain|study|train|see how)",
    _I,
)
"""Sentences of the opening that say what the lesson leads to; `You will build X` alone does not."""

SUMMARY = re.compile(
    r"\bsummar(y|ies|ising|izing)\b|\brecap\b|\bconclusions?\b|\bwrap(ping)?[ -]?up\b|"
    r"\btake-?aways?\b|"
    r"what (you|we)('ve| have)? (just )?(learned|learnt|built|accomplished|achieved|covered|"
    r"did|done|seen|made)|"
    r"\bin summary\b|\bclosing (thoughts|remarks|words)\b|\breview of (this|the)|^congratulations|"
    r"\bkey (points|ideas|insights|lessons)\b|^(the )?end$|^finally$|looking back|where (we|"
    r"you) are now|"
    r"(module|lesson|chapter|notebook) (complete|review)",
    _I,
)
AFTER_SUMMARY = re.compile(
    r"next|further|references?|bibliograph|appendix|question|thinking|exercises?|acknowledge?ment|credits?|"
    r"licen[sc]e|looking (ahead|forward)|resources|reading|submi(t|ssion)|feedback|survey|"
    r"quick|cheat|main|"
    r"export|reflect|homework|challenge|optional|bonus|extra|glossary|connection|production|impact|skills|"
    r"foundation|ready|accompl|learn|concept|insight|achiev|key|real|advanced|unlock|complete|run|test",
    _I,
)

TIME = re.compile(
    r"(\b(time|duration|estimated?|effort|expected|takes?|allow|plan|budget|spend|length|workload|about|"
    r"approximately|approx|roughly|around)\b|~)[^.\n]{0,50}?\d+(\.\d+)?\s*(-|–|to|—)?\s*(\d+(\.\d+)?)?\s*"
    r"(\+ ?)?(h\b|hrs?\b|hours?\b|min(s|utes?)?\b|½ ?h)|"
    r"[⏱⏰🕐-🕧⌛⏳]️?[^\n]{0,30}\d|"
    r"\b(time|duration|effort)\b[^.\n]{0,30}\b(an|one|two|three|four|half an) (hours?|"
    r"afternoon|day|evening)|"
    r"\b\d+(\.\d+)?\s*(-|–|to)?\s*\d*\s*-?\s*(hours?|minutes?|hrs?|mins?)\s+(to (complete|"
    r"finish|read)|of work|"
    r"in total|module|lesson|read|session)",
    _I,
)
"""Needs a number and a unit of a student's time; looked for in the opening only."""
TIME_FIELD = re.compile(
    r"(time|duration|hours?|minutes?|effort)\w*\s*[:=]\s*[\"']?\s*~?\d|" + TIME.pattern, _I
)
DIFFICULTY = re.compile(
    r"\bdifficult(y|ies)\b|\b(level|rating|complexity)\s*\**\s*[:=]|[⭐★☆]\W{0,3}[⭐★☆]?|"
    r"\b(beginner|intermediate|advanced|introductory|easy|medium|hard|expert)[- ]?(level|"
    r"friendly|module|lesson)\b|"
    r"\blevel\b[^.\n]{0,12}\b(beginner|intermediate|advanced|introductory|\d)",
    _I,
)

PRODUCTION = re.compile(
    r"\bpytorch\b|\btorch\.\w+|\btensorflow\b|\bkeras\b|\bjax\b|\bproduction\b|\bin "
    r"(industry|practice)\b|"
    r"\breal[- ]world\b|\bcu(da|dnn|blas)\b|\bhugging ?face\b|\bscikit-learn\b|\bonnx\b|"
    r"\bdeploy\w*\b|\bat scale\b|"
    r"\bMLPerf\b|\bnumpy's own\b|\bgpus?\b",
    _I,
)
QUICK_REFERENCE = re.compile(
    r"quick[ -]?(reference|guide|start card|card)|cheat[ -]?sheet|reference (card|sheet|"
    r"table)|at a glance|"
    r"api (summary|reference|overview)|summary table|^reference$|one[- ]page|glossary|"
    r"formula sheet|key formulas",
    _I,
)
AHEAD = re.compile(
    r"ahead|next|later|forward|future|preview|coming up|unlock|where .*go|beyond|further|"
    r"roadmap|summary|"
    r"conclusion|connection|journey|pipeline|big picture|enable|progress|final package|lives|"
    r"production|"
    r"practice|milestone|questions?|thinking",
    _I,
)
"""Headings under which later modules may be named."""
VAGUE = re.compile(
    r"(the )?(introduction|intro|overview|part|step|section|chapter|exercise|task|question|"
    r"problem|code|"
    r"implementation|stuff|misc(ellaneous)?|more|other|others|notes?|details?|things|continued|development|"
    r"example|examples|test|tests|testing|setup|imports?|some code|let's (go|start|begin)|"
    r"(now )?what|to ?do|"
    r"untitled|new section|heading|title|here we go|and now|next|done|finally)?\s*(\d+|"
    r"[ivx]+|[a-d])?(\.\d+)*",
    _I,
)
ALWAYS_FINE = re.compile(
    r"introduction|intro|overview|setup|imports?|notes?|examples?|(question|exercise|task|"
    r"problem|step|part|section|chapter)\s*\d+.*",
    _I,
)
