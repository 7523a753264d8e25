#!/usr/bin/perl
# An SMSC on Net::SMPP: code, framing and alphabets that share nothing with the gateway or its simulators.
#
#   perl smsc.pl SYSTEM_ID PASSWORD
#
# Listens on any free port of 127.0.0.1, and ends when standard input does. One JSON object a line, orders in and
# events out. What an order has as `id` comes back in the event that ends it.
#
#   {"do":"deliver","id":1,"from":"62812…","text":"…","coding":"gsm7|ucs2","form":"udh8|udh16|sar|payload"}
#                                               -> {"event":"delivered","id":1,"statuses":[0,…]}, one status a part
#   {"do":"receipt","id":2,"of":"MESSAGE_ID","from":"62812…","stat":"DELIVRD","way":"text|tlv|both"}
#                                               -> {"event":"delivered","id":2,"statuses":[0]}
#   {"do":"enquire_link","id":3}                -> {"event":"alive","id":3}
#   {"do":"unbind","id":4}                      -> {"event":"unbound","id":4}, then {"event":"closed"}
#   {"do":"refuse","status":88}                 the next submit_sm gets this error
#
# Unasked: {"event":"listening","port"}, "bound" with what the bind said, "submit" with the text of each whole message
# and the ids of its parts, "refused", "enquired" (an enquire_link was answered), "unbind" (the ESME's own, answered),
# "closed", and "unexpected" with the name of anything else.
use strict;
use warnings;
use utf8;
use Encode qw(decode encode);
use Encode::GSM0338;
use IO::Select;
use JSON::PP;
use Net::SMPP;

my ($system_id, $password) = @ARGV;
defined $password or die "usage: perl smsc.pl SYSTEM_ID PASSWORD\n";

my $short_code = '1708';
my $json = JSON::PP->new->utf8->canonical;
$| = 1;
# The ESME may close while an answer is being written; that is an event, not the end of the SMSC.
$SIG{PIPE} = 'IGNORE';
# Net::SMPP tells of a connection's end by a warning, too.
$SIG{__WARN__} = sub { print STDERR @_ unless $_[0] =~ /premature eof|Connection reset/ };

my %command_name = (
    0x80000000 => 'generic_nack', 1 => 'bind_receiver', 2 => 'bind_transmitter', 9 => 'bind_transceiver',
    4 => 'submit_sm', 0x80000005 => 'deliver_sm_resp', 6 => 'unbind', 0x80000006 => 'unbind_resp',
    21 => 'enquire_link', 0x80000015 => 'enquire_link_resp',
);
my %handle = (
    bind_receiver => \&bind, bind_transmitter => \&bind, bind_transceiver => \&bind,
    submit_sm => \&submit_sm, enquire_link => \&enquire_link, unbind => \&unbind,
    deliver_sm_resp => \&deliver_sm_resp, enquire_link_resp => \&enquire_link_resp, unbind_resp => \&unbind_resp,
);
my %obey = (
    deliver => \&deliver, receipt => \&receipt, refuse => \&refuse,
    enquire_link => \&ask_enquire_link, unbind => \&ask_unbind,
);

my $listener = Net::SMPP->new_listen('127.0.0.1', port => 0, smpp_version => 0x34, enquire_interval => 0)
    or die "cannot listen: $!\n";
my $select = IO::Select->new($listener, \*STDIN);
my %binding;      # by link: transceiver, receiver or transmitter
my %waiting;      # by link and sequence number: the order that an answer belongs to
my %unfinished;   # by the key of a long message: its parts so far
my $orders = '';
my $refusal;
my $last_message_number = 0;
my $reference = 0;

sub say_event {
    my ($event, %details) = @_;
    print $json->encode({ event => $event, %details }), "\n";
}

sub read_orders {
    sysread(STDIN, $orders, 65536, length $orders) or exit 0;
    while ($orders =~ s/^(.*)\n//) {
        my $order = $json->decode($1);
        my $obey = $obey{ $order->{do} } or die "no such order: $order->{do}\n";
        $obey->($order);
    }
}

sub read_link {
    my ($link) = @_;
    my $pdu = eval { $link->read_pdu };
    return close_link($link) unless $pdu;
    my $name = $command_name{ $pdu->cmd } // sprintf 'command %08x', $pdu->cmd;
    my $handle = $handle{$name};
    $handle ? $handle->($link, $pdu, $name) : say_event(unexpected => name => $name, status => $pdu->status);
}

sub close_link {
    my ($link) = @_;
    $select->remove($link);
    delete $binding{$link};
    $link->close;
    say_event('closed');
}

sub link_for {
    my ($wrong) = @_;
    my ($link) = grep { ($binding{$_} // $wrong) ne $wrong } $select->handles;
    return $link // die "no ESME is bound for this\n";
}

# --- what the ESME asks ---

sub bind {
    my ($link, $pdu, $name) = @_;
    my $known = $pdu->{system_id} eq $system_id && $pdu->{password} eq $password;
    my %answer = (seq => $pdu->seq, status => $known ? 0 : 0x0e, system_id => 'perl');
    my $respond = "${name}_resp";
    $link->$respond(%answer);
    return unless $known;
    ($binding{$link}) = $name =~ /^bind_(\w+)/;
    my %said = map { $_ => $pdu->{$_} } qw(system_type addr_ton addr_npi address_range interface_version);
    say_event(bound => mode => $binding{$link}, %said);
}

sub enquire_link {
    my ($link, $pdu) = @_;
    $link->enquire_link_resp(seq => $pdu->seq);
    say_event('enquired');
}

sub unbind {
    my ($link, $pdu) = @_;
    $link->unbind_resp(seq => $pdu->seq);
    say_event('unbind');
}

sub submit_sm {
    my ($link, $pdu) = @_;
    if (defined $refusal) {
        $link->submit_sm_resp(seq => $pdu->seq, message_id => '', status => $refusal);
        say_event(refused => status => $refusal);
        $refusal = undef;
        return;
    }
    # Hexadecimal, for ids that only a number would be too easy to match.
    my $message_id = sprintf 'A%07X', ++$last_message_number;
    $link->submit_sm_resp(seq => $pdu->seq, message_id => $message_id);
    my $message = whole_message($pdu, $message_id) or return;
    my %said = map { $_ => $pdu->{$_} }
        qw(source_addr source_addr_ton source_addr_npi destination_addr dest_addr_ton dest_addr_npi
           data_coding registered_delivery);
    say_event(submit => %said, %$message);
}

# --- what it answers ---

sub settle {
    my ($link, $pdu) = @_;
    return delete $waiting{"$link " . $pdu->seq};
}

sub deliver_sm_resp {
    my ($link, $pdu) = @_;
    my $order = settle($link, $pdu) or return say_event(unexpected => name => 'deliver_sm_resp');
    push @{ $order->{statuses} }, $pdu->status;
    return if @{ $order->{statuses} } < $order->{parts};
    say_event(delivered => id => $order->{id}, statuses => $order->{statuses});
}

sub enquire_link_resp {
    my ($link, $pdu) = @_;
    my $order = settle($link, $pdu) or return say_event(unexpected => name => 'enquire_link_resp');
    say_event(alive => id => $order->{id});
}

sub unbind_resp {
    my ($link, $pdu) = @_;
    my $order = settle($link, $pdu) or return say_event(unexpected => name => 'unbind_resp');
    say_event(unbound => id => $order->{id});
    close_link($link);
}

# --- orders ---

sub refuse { $refusal = $_[0]{status} }

sub ask_enquire_link {
    my ($order) = @_;
    my ($link) = grep { $binding{$_} } $select->handles;
    $waiting{ "$link " . $link->enquire_link(async => 1) } = $order;
}

sub ask_unbind {
    my ($order) = @_;
    my ($link) = grep { $binding{$_} } $select->handles;
    $waiting{ "$link " . $link->unbind(async => 1) } = $order;
}

sub deliver {
    my ($order) = @_;
    send_parts($order, parts_of($order));
}

# SMPP 3.4, appendix B (the text) and 5.3.2.12, 5.3.2.35 (the TLVs); telcos send either, or both.
my %message_state = (DELIVRD => 2, EXPIRED => 3, UNDELIV => 5, REJECTD => 8);

sub receipt {
    my ($order) = @_;
    my ($of, $stat, $way) = @$order{qw(of stat way)};
    my $text = "id:$of sub:001 dlvrd:001 submit date:2611210930 done date:2611210931 stat:$stat err:000 text:";
    my %tlvs = (receipted_message_id => "$of\0", message_state => pack 'C', $message_state{$stat});
    send_parts($order, {
        esm_class => 0x04,
        short_message => $way eq 'tlv' ? '' : $text,
        $way eq 'text' ? () : %tlvs,
    });
}

sub send_parts {
    my ($order, @parts) = @_;
    my $link = link_for('transmitter');
    $order->{parts} = @parts;
    for my $part (@parts) {
        my $seq = $link->deliver_sm(
            source_addr_ton => 1, source_addr_npi => 1, source_addr => $order->{from},
            dest_addr_ton => 3, destination_addr => $short_code, async => 1, %$part,
        );
        $waiting{"$link $seq"} = $order;
    }
}

# --- texts ---

my %alphabet = (0 => 'gsm0338', 3 => 'iso-8859-1', 8 => 'UTF-16BE');
my %coding = (
    gsm7 => { data_coding => 0, alone => 160, in_part => 152 },
    ucs2 => { data_coding => 8, alone => 140, in_part => 132 },
);

sub parts_of {
    my ($order) = @_;
    my $coding = $coding{ $order->{coding} };
    my $octets = encode($alphabet{ $coding->{data_coding} }, $order->{text});
    my %plain = (data_coding => $coding->{data_coding});
    return { %plain, short_message => $octets } if length $octets <= $coding->{alone};
    return { %plain, message_payload => $octets } if $order->{form} eq 'payload';
    my @bodies = $octets =~ /(.{1,$coding->{in_part}})/gs;
    $reference++;
    my $sequence = 0;
    return map { +{ %plain, numbered($order->{form}, $_, scalar @bodies, ++$sequence) } } @bodies;
}

# 3GPP TS 23.040 9.2.3.24.1 and .8; SMPP 3.4 5.3.2.22 to .24.
sub numbered {
    my ($form, $body, $total, $sequence) = @_;
    return (esm_class => 0x40, short_message => pack('C6', 5, 0, 3, $reference, $total, $sequence) . $body)
        if $form eq 'udh8';
    return (esm_class => 0x40, short_message => pack('C3nCC', 6, 8, 4, $reference, $total, $sequence) . $body)
        if $form eq 'udh16';
    return (
        short_message => $body,
        sar_msg_ref_num => pack('n', $reference),
        sar_total_segments => pack('C', $total),
        sar_segment_seqnum => pack('C', $sequence),
    );
}

# Text and message ids of a submit_sm, or of the long message that it completes.
sub whole_message {
    my ($pdu, $message_id) = @_;
    my $octets = $pdu->{message_payload} // $pdu->{short_message};
    my $place;
    if ($pdu->{esm_class} & 0x40) {
        my $udh = substr $octets, 1, ord $octets;
        $octets = substr $octets, 1 + length $udh;
        $place = [unpack 'CCC', $1] if $udh =~ /\A\x00\x03(...)/s;
        $place = [unpack 'nCC', $1] if $udh =~ /\A\x08\x04(....)/s;
    }
    my $text = decode($alphabet{ $pdu->{data_coding} } // 'ascii', $octets);
    return { text => $text, message_ids => [$message_id] } unless $place;
    my ($long_reference, $total, $sequence) = @$place;
    my $key = "$pdu->{destination_addr} $long_reference $total";
    $unfinished{$key}{$sequence} = { text => $text, message_id => $message_id };
    return if keys %{ $unfinished{$key} } < $total;
    my $parts = delete $unfinished{$key};
    my @in_order = map { $parts->{$_} } sort { $a <=> $b } keys %$parts;
    return { text => join('', map { $_->{text} } @in_order), message_ids => [map { $_->{message_id} } @in_order] };
}

say_event(listening => port => $listener->sockport);
while (1) {
    for my $ready ($select->can_read) {
        if    ($ready == $listener) { $select->add($listener->accept) }
        elsif ($ready == \*STDIN)   { read_orders() }
        else                        { read_link($ready) }
    }
}
