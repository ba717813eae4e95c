"use client";

import { useRouter } from "next/navigation";
import { type ReactNode, useState } from "react";
import type { Act } from "@/components/act/act";
import { ActDialog, inputOf } from "@/components/act/act-dialog";
import { useAct } from "@/components/act/use-act";
import { CallFailure } from "@/components/client/call-failure";
import { useReady } from "@/components/client/use-ready";
import { Button } from "@/components/ui/button";
import type { OperationSpec } from "@/lib/api-client/operation";

/** An act of a row of acts. `act` makes one, so that acts of different calls fit into one list. */
export interface RowAct {
  readonly key: string;
  button(open: (dialog: Dialogue) => void): ReactNode;
}
type Dialogue = (onClose: () => void) => ReactNode;

interface Pressed<O extends OperationSpec, N extends string> {
  readonly act: Act<O, N>;
  readonly isBusy?: boolean;
  readonly onPress: () => void;
}

function Press<O extends OperationSpec, N extends string>({ act, isBusy = false, onPress }: Pressed<O, N>) {
  const isReady = useReady();
  return (
    <Button
      {...act.button}
      {...(act.danger === true && act.button?.look === undefined ? { look: "danger" as const } : {})}
      aria-label={act.named}
      disabled={!isReady}
      isBusy={isBusy}
      onClick={onPress}
    >
      {act.label}
    </Button>
  );
}

/** An act without a dialog: a press carries it out, and a failure stands below the button. */
function Direct<O extends OperationSpec, N extends string>({ act }: { act: Act<O, N> }) {
  const router = useRouter();
  const { isBusy, error, run } = useAct(act.call);
  const press = async () => {
    const answer = await run(inputOf(act, {}));
    if (answer !== undefined && act.leadsTo !== undefined) return router.push(act.leadsTo(answer));
    if (answer !== undefined && act.onDone !== undefined) return act.onDone(answer);
    // After a failure as well: it may have been carried out, or another person was faster.
    router.refresh();
  };
  return (
    <>
      <Press act={act} isBusy={isBusy} onPress={() => void press()} />
      {error === undefined ? null : (
        <div className="basis-full">
          <CallFailure error={error} {...(act.failed === undefined ? {} : { title: act.failed })} />
        </div>
      )}
    </>
  );
}

/** One act for `ActRow`. */
export function act<O extends OperationSpec, N extends string = never>(key: string, spec: Act<O, N>): RowAct {
  return {
    key,
    button: (open) =>
      spec.title === undefined ? (
        <Direct key={key} act={spec} />
      ) : (
        <Press
          key={key}
          act={spec}
          onPress={() => open((onClose) => <ActDialog act={spec} onClose={onClose} />)}
        />
      ),
  };
}

/** Several acts: their buttons, and the dialog of the one that is open. It stays open when the page takes its button away. */
export function Acts({ acts }: { acts: readonly RowAct[] }) {
  const [dialogue, setDialogue] = useState<Dialogue>();
  return (
    <>
      {acts.map(({ button }) => button((opened) => setDialogue(() => opened)))}
      {dialogue?.(() => setDialogue(undefined))}
    </>
  );
}

/** The acts of a row in a table. `none` is shown where there are none. */
export function ActRow({
  acts,
  none,
  note,
}: {
  acts: readonly RowAct[];
  none?: ReactNode;
  note?: ReactNode;
}) {
  return (
    <span className="flex flex-wrap justify-end gap-2 py-1 tablet:justify-start">
      {acts.length === 0 && none !== undefined ? <span className="text-ink-3">{none}</span> : null}
      <Acts acts={acts} />
      {note === undefined ? null : <span className="basis-full text-note text-ink-2">{note}</span>}
    </span>
  );
}

/** One act: its button and its dialog. */
export function ActButton<O extends OperationSpec, N extends string = never>(spec: Act<O, N>) {
  return <Acts acts={[act("act", spec)]} />;
}
