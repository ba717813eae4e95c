import { Fragment } from "react";
import { CodeSample } from "@/components/ui/code-sample";
import type { Block, Inline } from "@/lib/http/guides/markdown";
import { type GuideName, hrefOf } from "@/lib/http/guides/read-guide";

function Run({ run, from }: { run: Inline; from: GuideName }) {
  if (run.kind === "code") return <code className="break-words font-mono text-[0.95em]">{run.text}</code>;
  if (run.kind === "strong") return <strong className="font-semibold">{run.text}</strong>;
  if (run.kind === "emphasis") return <em>{run.text}</em>;
  if (run.kind !== "link") return run.text;
  const href = hrefOf(run.href, from);
  if (href === undefined) return run.text;
  return (
    <a href={href} className="text-accent underline underline-offset-4">
      {run.text}
    </a>
  );
}

function Runs({ content, from }: { content: readonly Inline[]; from: GuideName }) {
  return content.map((run, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: runs of a text have no id and never move
    <Fragment key={index}>
      <Run run={run} from={from} />
    </Fragment>
  ));
}

function Heading({ block, from }: { block: Extract<Block, { kind: "heading" }>; from: GuideName }) {
  const Tag = block.level <= 2 ? "h2" : "h3";
  return (
    <Tag
      id={block.id}
      className={`mt-8 mb-2 font-semibold ${block.level <= 2 ? "border-ink border-b pb-2 text-lead" : "text-body"}`}
    >
      <Runs content={block.content} from={from} />
    </Tag>
  );
}

function List({ block, from }: { block: Extract<Block, { kind: "list" }>; from: GuideName }) {
  const Tag = block.isOrdered ? "ol" : "ul";
  return (
    <Tag
      start={block.isOrdered && block.start !== 1 ? block.start : undefined}
      className={`my-3 max-w-[80ch] pl-5 text-body ${block.isOrdered ? "list-decimal" : "list-disc"}`}
    >
      {block.items.map((item, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: items of a text have no id and never move
        <li key={index} className="py-1">
          <Runs content={item} from={from} />
        </li>
      ))}
    </Tag>
  );
}

/** The heading of a cell, where rows stack; for whoever sees it, since tables name their cells to others. */
function CellHead({ content, from }: { content: readonly Inline[]; from: GuideName }) {
  if (content.length === 0) return null;
  return (
    <span aria-hidden="true" className="block text-ink-2 text-note tablet:hidden">
      <Runs content={content} from={from} />
    </span>
  );
}

function Grid({
  block,
  label,
  from,
}: {
  block: Extract<Block, { kind: "table" }>;
  label: string;
  from: GuideName;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section aria-label={label} tabIndex={0} className="my-4 overflow-x-auto">
      <table className="block w-full border-collapse text-control tablet:table">
        <thead className="sr-only tablet:not-sr-only tablet:table-header-group">
          <tr>
            {block.head.map((cell, index) => (
              <th
                // biome-ignore lint/suspicious/noArrayIndexKey: columns of a text have no id and never move
                key={index}
                scope="col"
                className="border-line-2 border-b py-2 pr-4 text-left font-normal text-ink-2 text-note"
              >
                {cell.length === 0 ? <span className="sr-only">·</span> : <Runs content={cell} from={from} />}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="block tablet:table-row-group">
          {block.rows.map((row, index) => (
            <tr
              // biome-ignore lint/suspicious/noArrayIndexKey: rows of a text have no id and never move
              key={index}
              className="block border-line border-b py-2 align-top tablet:table-row tablet:py-0"
            >
              {row.map((cell, column) => (
                <td
                  // biome-ignore lint/suspicious/noArrayIndexKey: cells of a text have no id and never move
                  key={column}
                  className="block py-[3px] first:font-medium tablet:table-cell tablet:min-w-[14ch] tablet:py-2 tablet:pr-4 tablet:first:font-normal"
                >
                  <CellHead content={column === 0 ? [] : (block.head[column] ?? [])} from={from} />
                  <Runs content={cell} from={from} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** A guide as text of the page. Nothing of it is HTML of its own. */
export function GuideBlocks({
  blocks,
  title,
  from,
}: {
  blocks: readonly Block[];
  title: string;
  from: GuideName;
}) {
  return blocks.map((block, index) => {
    const key = `${block.kind}-${index}`;
    if (block.kind === "heading") return <Heading key={key} block={block} from={from} />;
    if (block.kind === "list") return <List key={key} block={block} from={from} />;
    if (block.kind === "table")
      return <Grid key={key} block={block} label={`${title}, ${index}`} from={from} />;
    if (block.kind === "code")
      return (
        <div key={key} className="my-4">
          <CodeSample label={`${title}, ${index}`} code={block.text} />
        </div>
      );
    return (
      <p key={key} className="my-3 max-w-[80ch] text-body">
        <Runs content={block.content} from={from} />
      </p>
    );
  });
}
