-- Live updates of rotations: when one begins, is agreed to or ends. What it has moved meanwhile stands in other rows; the
-- batch that moves says so itself, on the same channel and in its own transaction.
CREATE TRIGGER key_rotation_announced AFTER INSERT OR UPDATE ON key_rotation
  FOR EACH ROW EXECUTE FUNCTION announce_change('rotation', 'id');
