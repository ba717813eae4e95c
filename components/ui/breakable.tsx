import { Fragment } from "react";

/** A slash that is not one of two, so that no address breaks after its scheme. */
const STEPS = /(?<=[^/]\/)(?=[^/])/;

/** Shows an address that breaks after its slashes first, so that no number or name in it is cut. */
export function Breakable({ children }: { children: string }) {
  return children.split(STEPS).map((step, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a step has only its position
    <Fragment key={index}>
      {index === 0 ? null : <wbr />}
      {step}
    </Fragment>
  ));
}
