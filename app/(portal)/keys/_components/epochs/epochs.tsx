import { loadEpochs } from "../load-keys";
import { EpochBoard } from "./epoch-board";

/** The escrow's epochs, for those who may know how much lies under them. */
export async function Epochs() {
  const epochs = await loadEpochs();
  return epochs.ok ? <EpochBoard list={epochs.value} mayAct={epochs.principal.role === "admin"} /> : null;
}
