-- How an organisation's holidays were chosen: region, dates of its own, and until when they are worked out. The rules read
-- the dates in `holidays` alone, so that a decision is the same years later, whatever a calendar library then says.
ALTER TABLE organisation ADD COLUMN holiday_choice jsonb;
