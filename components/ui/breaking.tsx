import { Fragment } from "react";

/** Shows an address or a key that breaks after a slash or a plus sign rather than within a word. */
export function Breaking({ text }: { text: string }) {
  return text.split(/(?<=[\w}][/+])(?=[\w{])/).map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a part has only its position
    <Fragment key={index}>
      {index === 0 ? null : <wbr />}
      {part}
    </Fragment>
  ));
}
