"use client";

import { useRouter } from "next/navigation";
import { type ReactNode, useEffect, useState } from "react";
import { type Act, inputOf } from "@/components/act/act";
import { NetworkLost } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { useCallOnce } from "@/components/client/use-call-once";
import { pageLoaded, useReady } from "@/components/client/use-ready";
import { Button } from "@/components/ui/button";
import type { OperationSpec } from "@/lib/api-client/operation";

/** An act in a row of acts. `act` makes one, so that acts of different calls fit into one list. */
export interface RowAct {
  readonly key: string;
  button(open: (dialog: Dialogue) => void): ReactNode;
}
type Dialogue = (onClose: () => void) => ReactNode;

// Loaded after the page, because a dialog contains a form and most acts of a page are never used.
const loadDialog = () => import("@/components/act/act-dialog");

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

/** An act without a dialog: a press carries it out, and a failure is shown below the button. */
function Direct<O extends OperationSpec, N extends string>({ act }: { act: Act<O, N> }) {
  const router = useRouter();
  const send = useCallOnce(act.call);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const press = async () => {
    setBusy(true);
    setError(undefined);
    try {
      const answer = await send(inputOf(act, {}), act.signed);
      if (act.leadsTo !== undefined) {
        const place = act.leadsTo(answer);
        // The button stays busy until the next page is shown.
        return act.isLast === true ? location.replace(place) : router.push(place);
      }
      setBusy(false);
      if (act.onDone !== undefined) return act.onDone(answer);
    } catch (failure) {
      setBusy(false);
      setError(failure);
      if (act.isLast === true) return;
    }
    // The page is also read again after a failure: the act may have been carried out, or another person acted first.
    router.refresh();
  };
  return (
    <>
      <Press act={act} isBusy={isBusy} onPress={() => void press()} />
      {error === undefined ? null : (
        <div className="order-last basis-full">
          {act.explain?.(error) ?? (
            <CallFailure error={error} {...(act.failed === undefined ? {} : { title: act.failed })} />
          )}
        </div>
      )}
    </>
  );
}

/** An act with a dialog. If the dialog cannot be loaded, the reason is shown below the button. */
function Asking<O extends OperationSpec, N extends string>(props: {
  readonly act: Act<O, N>;
  readonly open: (dialog: Dialogue) => void;
}) {
  const { act, open } = props;
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    pageLoaded()
      .then(loadDialog)
      .catch(() => undefined);
  }, []);
  const press = async () => {
    setError(undefined);
    try {
      const { ActDialog } = await loadDialog();
      open((onClose) => <ActDialog act={act} onClose={onClose} />);
    } catch {
      setError(new NetworkLost());
    }
  };
  return (
    <>
      <Press act={act} onPress={() => void press()} />
      {error === undefined ? null : (
        <div className="order-last basis-full">
          <CallFailure error={error} />
        </div>
      )}
    </>
  );
}

/** Returns one act for `Acts` or `ActRow`. */
export function act<O extends OperationSpec, N extends string = never>(key: string, spec: Act<O, N>): RowAct {
  return {
    key,
    button: (open) =>
      spec.title === undefined ? (
        <Direct key={key} act={spec} />
      ) : (
        <Asking key={key} act={spec} open={open} />
      ),
  };
}

/** Keeps the dialog of an act apart from the act's button, because the button may disappear while the dialog is open. */
export function useActDialog(): { readonly open: (dialog: Dialogue) => void; readonly dialog: ReactNode } {
  const [dialogue, setDialogue] = useState<Dialogue>();
  return {
    open: (opened) => setDialogue(() => opened),
    dialog: dialogue?.(() => setDialogue(undefined)),
  };
}

/** Shows the buttons of several acts, and the dialog of the open one. The dialog stays open when its button disappears. */
export function Acts({ acts }: { acts: readonly RowAct[] }) {
  const { open, dialog } = useActDialog();
  return (
    <>
      {acts.map(({ button }) => button(open))}
      {dialog}
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
