"""Two clients of slixmpp log in with SCRAM, chat, ping the server, and leave.

usage: slixmpp-chat.py PORT DOMAIN [CERTIFICATE TLS_VERSION]
With CERTIFICATE, which is a file in PEM to be trusted, they do so over STARTTLS, with TLS 1.2 or 1.3.
Accounts alice and bob have the passwords "secret of alice" and "secret of bob". Prints what went over the wire; the last
line is "ok", or what went wrong, with exit status 1.
"""
import asyncio
import logging
import os
import ssl
import sys

import slixmpp

PATIENCE = 10
TEXT = 'Wherefore art thou, <Romeo> & "co"? ü 🙂'


class User(slixmpp.ClientXMPP):
    def __init__(self, name, domain, resource):
        super().__init__(f'{name}@{domain}/{resource}', f'secret of {name}')
        self.register_plugin('xep_0199')
        self.started = asyncio.get_event_loop().create_future()
        self.messages = asyncio.Queue()
        self.add_event_handler('session_start', lambda _: self.started.set_result(True))
        self.add_event_handler('failed_all_auth', lambda _: self.started.set_exception(Exception('not authenticated')))
        self.add_event_handler('message', self.messages.put_nowait)

    def get_ssl_context(self):
        context = super().get_ssl_context()
        context.maximum_version = ssl.TLSVersion.TLSv1_2 if self.tls == '1.2' else ssl.TLSVersion.TLSv1_3
        return context

    async def log_in(self, port, certificate=None, tls=None):
        self.ca_certs = certificate
        self.tls = tls
        plain = certificate is None
        self.connect(('127.0.0.1', port), disable_starttls=plain, force_starttls=not plain)
        await asyncio.wait_for(self.started, PATIENCE)
        self.send_presence()

    async def next_message(self):
        return await asyncio.wait_for(self.messages.get(), PATIENCE)


def expect(what, got, wanted):
    if got != wanted:
        raise Exception(f'{what}: expected {wanted!r}, got {got!r}')


async def chat(port, domain, *tls):
    alice, bob = User('alice', domain, 'desk'), User('bob', domain, 'phone')
    await alice.log_in(port, *tls)
    await bob.log_in(port, *tls)
    expect('full JID', alice.boundjid.full, f'alice@{domain}/desk')
    await bob['xep_0199'].send_ping(domain, timeout=PATIENCE)  # so bob's presence has been processed

    alice.send_message(f'bob@{domain}', TEXT, mtype='chat')
    message = await bob.next_message()
    expect('sender', message['from'].full, f'alice@{domain}/desk')
    expect('body', message['body'], TEXT)
    message.reply('Neither, fair saint').send()
    expect('reply', (await alice.next_message())['body'], 'Neither, fair saint')

    await alice['xep_0199'].send_ping(domain, timeout=PATIENCE)
    for user in (alice, bob):
        await asyncio.wait_for(user.disconnect(), PATIENCE)


def main():
    logging.basicConfig(level=logging.DEBUG, format='%(message)s', stream=sys.stdout)
    logging.getLogger('asyncio').setLevel(logging.WARNING)
    loop = asyncio.get_event_loop_policy().get_event_loop()
    try:
        loop.run_until_complete(asyncio.wait_for(chat(int(sys.argv[1]), *sys.argv[2:]), 4 * PATIENCE))
        print('ok')
        status = 0
    except Exception as error:
        print(f'{type(error).__name__}: {error}')
        status = 1
    sys.stdout.flush()
    os._exit(status)  # what the library still has running is not waited for


main()
