-- References of requests are drawn at random: a counter told every agency how many requests the others had filed,
-- sealed ones included (design/audit.md, I12).
DROP SEQUENCE access_request_reference;
