// @vitest-environment happy-dom
import { screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { DeveloperTools, ForPrograms } from "@/components/client/developer-tools";
import { show } from "@/lib/testing/components";
import { ApiCall } from "./api-call";

it.each([
  ["offered to people who hold an API key", true, 1],
  ["hidden from everyone else", false, 0],
])("the call of a page and commands for programs are %s", (_who, isOn, count) => {
  show(
    <DeveloperTools isOn={isOn}>
      <ApiCall call={{ method: "GET", path: "/confidential/access/requests" }} />
      <ForPrograms>
        <p>curl</p>
      </ForPrograms>
    </DeveloperTools>,
  );
  expect(screen.queryAllByRole("button", { name: "Copy as API call" })).toHaveLength(count);
  expect(screen.queryAllByText("curl")).toHaveLength(count);
});
