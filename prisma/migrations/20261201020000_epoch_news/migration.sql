-- Live updates of escrow epochs: when one begins, is succeeded or destroyed. What was moved meanwhile stands in other rows;
-- the batch that moves says so itself, on the same channel and in its own transaction.
CREATE TRIGGER escrow_epoch_announced AFTER INSERT OR UPDATE ON escrow_epoch
  FOR EACH ROW EXECUTE FUNCTION announce_change('epoch', 'epoch');
