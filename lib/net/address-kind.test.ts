import { describe, expect, it } from "vitest";
import { type AddressKind, addressKind } from "@/lib/net/address-kind";

describe("addressKind", () => {
  it.each<[AddressKind, string[]]>([
    ["public", ["8.8.8.8", "140.82.121.3", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"]],
    ["private", ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "fd12:3456::1", "fc00::1"]],
    ["private", ["::ffff:10.0.0.1", "::ffff:a00:1", "2002:a00:1::1"]],
    ["loopback", ["127.0.0.1", "127.255.255.254", "::1", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1", "::ffff:7f00:1"]],
    ["loopback", ["::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::127.0.0.1", "2002:7f00:1::"]],
    ["never", ["169.254.169.254", "169.254.0.1", "169.254.170.2", "fe80::1", "fe80::1%eth0", "febf::1"]],
    ["never", ["::ffff:169.254.169.254", "::ffff:a9fe:a9fe", "0:0:0:0:0:ffff:a9fe:a9fe", "::FFFF:A9FE:A9FE"]],
    ["never", ["::169.254.169.254", "::ffff:0:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::"]],
    ["never", ["fd00:ec2::254", "fd00:0ec2:0:0:0:0:0:254", "fd20:ce::254"]],
    ["never", ["100.100.100.200", "168.63.129.16", "192.0.0.192", "::ffff:100.100.100.200"]],
    ["never", ["0.0.0.0", "0.1.2.3", "::", "255.255.255.255", "224.0.0.1", "240.0.0.1", "ff02::1", "2001::1"]],
    ["never", ["", "localhost", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "010.0.0.1", "127.1", "1.2.3.4.5"]],
  ])("%s: %j", (kind, addresses) => {
    expect(addresses.map((address) => [address, addressKind(address)])).toEqual(
      addresses.map((address) => [address, kind]),
    );
  });
});
