CREATE TABLE number (n INTEGER PRIMARY KEY);
WITH RECURSIVE count (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM count WHERE n < 500)
	INSERT INTO number SELECT n FROM count;
SELECT count(*) || ' primes, the last is ' || max(n) FROM number AS a
	WHERE NOT EXISTS (SELECT 1 FROM number AS b WHERE b.n * b.n <= a.n AND a.n % b.n = 0);
