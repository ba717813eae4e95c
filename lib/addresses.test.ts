import { describe, expect, it } from "vitest";
import { addressKey, addressList, callerAddress, isAddressOrRange } from "@/lib/addresses";

it.each([
  ["192.0.2.1", "192.0.2.1"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["2001:db8:0:7::1", "2001:db8:0:7::/64"],
  ["2001:0DB8:0000:0007:aaaa:bbbb:cccc:dddd", "2001:db8:0:7::/64"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["2001:db8:0:8::1", "2001:db8:0:8::/64"],
  ["64:ff9b::192.0.2.1", "64:ff9b:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["1:2:3:4:5:6:7::", "1:2:3:4::/64"],
  ["nonsense", "nonsense"],
  [undefined, "unknown"],
])("%s counts as %s", (address, key) => {
  expect(addressKey(address)).toBe(key);
});

describe("a caller's address", () => {
  const isTrusted = addressList(["10.0.0.0/24", "::1"]);

  it.each([
    ["a socket that is not a proxy, whatever it states", "203.0.113.9", "198.51.100.1", "203.0.113.9"],
    ["what a proxy states", "10.0.0.7", "198.51.100.1", "198.51.100.1"],
    ["a proxy on a socket of both families", "::ffff:10.0.0.7", "198.51.100.1", "198.51.100.1"],
    [
      "the right-most address that is not a proxy",
      "10.0.0.7",
      "192.0.2.66, 198.51.100.1, 10.0.0.8",
      "198.51.100.1",
    ],
    ["a forged header from outside", "::1", "10.0.0.9, 127.0.0.1, 198.51.100.1", "198.51.100.1"],
    ["a port behind the address", "10.0.0.7", "198.51.100.1:4711", "198.51.100.1"],
    ["an IPv6 address with a port", "10.0.0.7", "[2001:db8::1]:4711", "2001:db8::1"],
    [
      "the last known proxy where something is not an address",
      "10.0.0.7",
      "198.51.100.1, nonsense, 10.0.0.8",
      "10.0.0.8",
    ],
    ["the proxy itself without a header", "10.0.0.7", undefined, "10.0.0.7"],
    ["the proxy itself for an empty header", "10.0.0.7", "", "10.0.0.7"],
    ["no address without a socket", undefined, "198.51.100.1", undefined],
  ])("%s", (_what, socket, header, expected) => {
    expect(callerAddress(socket, header, isTrusted)).toBe(expected);
  });

  it("is the same for two headers as for one", () => {
    expect(callerAddress("10.0.0.7", ["192.0.2.66", "198.51.100.1"], isTrusted)).toBe("198.51.100.1");
  });
});

it.each([
  ["192.0.2.1", true],
  ["192.0.2.0/24", true],
  ["2001:db8::/32", true],
  ["192.0.2.0/33", false],
  ["192.0.2.0/", false],
  ["192.0.2.0/24/1", false],
  ["example.org", false],
])("%s is an address or range: %s", (entry, expected) => {
  expect(isAddressOrRange(entry)).toBe(expected);
});
