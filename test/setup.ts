import nock from 'nock';

/** A test that reaches for a host beyond this machine is broken: it fails here instead of waiting on a network. */
nock.disableNetConnect();
nock.enableNetConnect(/^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/);
