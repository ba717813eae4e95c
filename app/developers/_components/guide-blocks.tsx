import type { MarkedToken, Token, Tokens } from "marked";
import { Fragment } from "react";
import { CodeSample } from "@/components/ui/code-sample";
import { knownTokens, plainText, slugOf } from "@/lib/http/guides/markdown";
import { type GuideName, hrefOf } from "@/lib/http/guides/read-guide";

type InlineTokens = readonly Token[] | undefined;

/** Characters of code that have room on a line of the narrowest screen. */
const LONGEST_NAME = 24;

/** One inline token. Pictures are left out. Unknown tokens and HTML are shown as plain text. */
/** The guide, or the folder of runbooks, that a link is relative to. */
type Source = GuideName | "runbooks";

function Run({ run, from }: { run: MarkedToken; from: Source }) {
  switch (run.type) {
    case "codespan":
      // The name of a header or an option does not break at its hyphen.
      return (
        <code
          className={`font-mono text-[0.95em] ${run.text.length <= LONGEST_NAME ? "whitespace-nowrap" : "break-words"}`}
        >
          {run.text}
        </code>
      );
    case "strong":
      return (
        <strong className="font-semibold">
          <Runs content={run.tokens} from={from} />
        </strong>
      );
    case "em":
      return (
        <em>
          <Runs content={run.tokens} from={from} />
        </em>
      );
    case "link":
      return <GuideLink link={run} from={from} />;
    case "image":
      return null;
    case "br":
      return <br />;
    case "text":
      return run.tokens === undefined ? run.text : <Runs content={run.tokens} from={from} />;
    case "escape":
      return run.text;
    default:
      return run.raw;
  }
}

/** A link into the portal or to the web. Of any other link only the text is shown. */
function GuideLink({ link, from }: { link: Tokens.Link; from: Source }) {
  const href = hrefOf(link.href, from);
  const content = plainText(link.tokens);
  if (href === undefined) return content;
  return (
    <a href={href} className="text-accent underline underline-offset-4">
      {content}
    </a>
  );
}

function Runs({ content, from }: { content: InlineTokens; from: Source }) {
  return knownTokens(content).map((run, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: runs of a text have no id and never move
    <Fragment key={index}>
      <Run run={run} from={from} />
    </Fragment>
  ));
}

function Heading({ block, from }: { block: Tokens.Heading; from: Source }) {
  const Tag = block.depth <= 2 ? "h2" : "h3";
  return (
    <Tag
      id={slugOf(plainText(block.tokens))}
      className={`mt-8 mb-2 font-semibold ${block.depth <= 2 ? "border-ink border-b pb-2 text-lead" : "text-body"}`}
    >
      <Runs content={block.tokens} from={from} />
    </Tag>
  );
}

function List({ block, ...of }: { block: Tokens.List; label: string; from: Source }) {
  const Tag = block.ordered ? "ol" : "ul";
  return (
    <Tag
      start={block.ordered && block.start !== 1 ? Number(block.start) : undefined}
      className={`my-3 max-w-[80ch] pl-5 text-body ${block.ordered ? "list-decimal" : "list-disc"}`}
    >
      {block.items.map((item, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: items of a text have no id and never move
        <li key={index} className="py-1">
          <ItemBlocks tokens={item.tokens} {...of} label={`${of.label}.${index}`} />
        </li>
      ))}
    </Tag>
  );
}

/** The content of a list item: text without a paragraph's margins, and blocks such as commands and lists. */
function ItemBlocks({ tokens, label, from }: { tokens: Token[]; label: string; from: Source }) {
  return knownTokens(tokens).map((token, index) => {
    const key = `${token.type}-${index}`;
    if (token.type === "text" || token.type === "paragraph")
      return <Runs key={key} content={token.tokens ?? [token]} from={from} />;
    return <GuideBlock key={key} block={token} label={`${label}.${index}`} from={from} />;
  });
}

/** The heading of a cell where rows stack. Hidden from screen readers, which get it from the table. */
function CellHead({ content = [], from }: { content: InlineTokens; from: Source }) {
  if (content.length === 0) return null;
  return (
    <span aria-hidden="true" className="block text-ink-2 text-note tablet:hidden">
      <Runs content={content} from={from} />
    </span>
  );
}

function Grid({ block, label, from }: { block: Tokens.Table; label: string; from: Source }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section aria-label={label} tabIndex={0} className="my-4 overflow-x-auto">
      <table className="block w-full border-collapse text-control tablet:table">
        <thead className="sr-only tablet:not-sr-only tablet:table-header-group">
          <tr>
            {block.header.map((cell, index) => (
              <th
                // biome-ignore lint/suspicious/noArrayIndexKey: columns of a text have no id and never move
                key={index}
                scope="col"
                className="border-line-2 border-b py-2 pr-4 text-left font-normal text-ink-2 text-note"
              >
                {cell.text === "" ? (
                  <span className="sr-only">·</span>
                ) : (
                  <Runs content={cell.tokens} from={from} />
                )}
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
                  <CellHead content={column === 0 ? [] : block.header[column]?.tokens} from={from} />
                  <Runs content={cell.tokens} from={from} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function GuideBlock({ block, label, from }: { block: MarkedToken; label: string; from: Source }) {
  if (block.type === "heading") return <Heading block={block} from={from} />;
  if (block.type === "list") return <List block={block} label={label} from={from} />;
  if (block.type === "table") return <Grid block={block} label={label} from={from} />;
  if (block.type === "code")
    return (
      <div className="my-4">
        <CodeSample label={label} code={block.text} />
      </div>
    );
  return (
    <p className="my-3 max-w-[80ch] text-body">
      {block.type === "paragraph" ? <Runs content={block.tokens} from={from} /> : block.raw}
    </p>
  );
}

/** A guide as text of the page. HTML in it is shown as text. */
export function GuideBlocks({
  blocks,
  title,
  from,
}: {
  blocks: readonly MarkedToken[];
  title: string;
  from: Source;
}) {
  return blocks.map((block, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: blocks of a text have no id and never move
    <GuideBlock key={index} block={block} label={`${title}, ${index}`} from={from} />
  ));
}
