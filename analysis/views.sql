-- views.sql - indexes and views of the database that sql.sh makes of a recording.
BEGIN;
CREATE INDEX tlb_icount ON tlb (icount);
CREATE INDEX tlb_page ON tlb (page);
CREATE INDEX tlb_code ON tlb (code);
CREATE INDEX faults_icount ON faults (icount);
CREATE INDEX faults_addr ON faults (addr);
CREATE INDEX tasks_icount ON tasks (icount);
CREATE INDEX vmas_pid ON vmas (pid, start);
CREATE INDEX reclaim_frame ON reclaim (frame);
CREATE INDEX uses_page ON uses (page);

-- What a processor would have walked for too: fills, and upgrades but for those of Bochs's own `kind`.
CREATE VIEW misses AS
SELECT t.icount, t.tlb, t.event, t.reason, t.page, printf('0x%08x', t.page) AS page_hex, t.access, t.mode,
	t.pid, t.process, t.phase, p.label, t.area, printf('0x%08x', t.eip) AS eip_hex, c.function, c.line,
	t.evicted, t.dropped_by
FROM tlb t JOIN phases p USING (phase) LEFT JOIN code c USING (code)
WHERE t.event = 'fill' OR (t.event = 'upgrade' AND t.reason = 'entry');

-- Processes, with the last name that each had.
CREATE VIEW processes AS
SELECT tgid AS process, min(icount) AS first, (SELECT n.name FROM tasks n WHERE n.tgid = tasks.tgid
	AND n.pid = n.tgid AND n.event <> 'exit' ORDER BY n.icount DESC LIMIT 1) AS name
FROM tasks GROUP BY tgid;

-- The same rows as `misses`, with a 1 in the column of the reason.
CREATE VIEW reasons AS
SELECT icount, page, process, phase, area, code, reason = 'cold' AS cold, reason = 'conflict' AS conflict,
	reason = 'flushed' AS flushed, event = 'upgrade' AS upgrade
FROM tlb WHERE event = 'fill' OR (event = 'upgrade' AND reason = 'entry');

CREATE VIEW misses_by_phase AS
SELECT p.phase, p.label, p."end" - p.start AS instructions, count(r.icount) AS misses,
	coalesce(sum(cold), 0) AS cold, coalesce(sum(conflict), 0) AS conflict,
	coalesce(sum(flushed), 0) AS flushed, coalesce(sum(upgrade), 0) AS upgrade
FROM phases p LEFT JOIN reasons r USING (phase) GROUP BY p.phase;

CREATE VIEW misses_by_area AS
SELECT process, area, count(*) AS misses, count(DISTINCT page) AS pages,
	sum(cold) AS cold, sum(conflict) AS conflict, sum(flushed) AS flushed, sum(upgrade) AS upgrade
FROM reasons GROUP BY process, area;

-- Pages of each process; those of the kernel's half have none.
CREATE VIEW pages AS
SELECT CASE WHEN page < 0xc0000000 THEN process END AS process, page, printf('0x%08x', page) AS page_hex,
	count(*) AS misses, sum(cold) AS cold, sum(conflict) AS conflict, sum(flushed) AS flushed, sum(upgrade) AS upgrade,
	min(icount) AS first, max(icount) AS last, max(area) AS area
FROM reasons GROUP BY 1, 2;

CREATE VIEW misses_by_function AS
SELECT c.process, c.function, count(*) AS misses,
	sum(cold) AS cold, sum(conflict) AS conflict, sum(flushed) AS flushed, sum(upgrade) AS upgrade
FROM reasons JOIN code c USING (code) GROUP BY c.process, c.function;

CREATE VIEW cause_costs AS
SELECT cause, count(*) AS faults, sum(major) AS major, sum(cost) AS cost, sum(rounds) AS rounds,
	round(avg(cost - rounds)) AS mean, min(cost - rounds) AS least, max(cost - rounds) AS most
FROM faults GROUP BY cause;

-- Instructions of each process while the recorder was on: those between a switch to it and the next.
CREATE VIEW task_time AS
WITH bounds AS (SELECT (SELECT min(start) FROM phases) AS lo, (SELECT max("end") FROM phases) AS hi),
	turns AS (SELECT tgid, icount, lead(icount, 1, 9e15) OVER (ORDER BY icount) AS until
		FROM tasks WHERE event = 'switch')
SELECT tgid AS process, p.name, sum(max(min(until, hi), lo) - max(min(icount, hi), lo)) AS instructions,
	count(*) AS switches
FROM turns CROSS JOIN bounds JOIN processes p ON p.process = tgid
GROUP BY tgid;
COMMIT;
ANALYZE;
