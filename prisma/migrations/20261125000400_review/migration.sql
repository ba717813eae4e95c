-- An approval that took something away says so: an officer's history counts what was narrowed, and a default end
-- that moved with the clock cannot tell it afterwards.
ALTER TABLE decision ADD COLUMN narrowed boolean NOT NULL DEFAULT false;
