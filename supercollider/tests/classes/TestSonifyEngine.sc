// The whole engine on a real server: needs JACK, and the ports in SONIFY_PORT and SCSYNTH_PORT.

TestSonifyEngine : SonifyTest {
	send { |... message|
		NetAddr("127.0.0.1", "SONIFY_PORT".getenv.asInteger).sendMsg(*message)
	}

	// Waits for at most 10 s until so many synths sound beside mix and safety.
	expect { |count, what|
		var server = Server.default, tries = 0;
		while { (server.numSynths != (count + 2)) and: { tries < 100 } } {
			tries = tries + 1;
			0.1.wait;
		};
		this.assertEquals(server.numSynths, count + 2, what);
	}

	test_it_goes_on_after_a_cmd_period {
		(home +/+ "sonify.scd").load;
		0.5.wait;
		this.wait({ Server.default.serverRunning }, "the server starts", 15);
		this.expect(0, "the end of the chain stands");
		this.send('/cpu', 330, \a);
		this.send('/memory', 0.4);
		this.expect(2, "two voices are held");
		CmdPeriod.run;
		1.wait;
		this.expect(2, "they are held after a Cmd-Period");
		this.send('/release', \a);
		this.send('/release', \memory);
		this.expect(0, "they are let go");
		this.send('/alert', 880, 0.9, 2.0, \critical);
		this.expect(1, "an alarm sounds");
		this.expect(0, "it ends by itself");
		Server.default.quit;
		0.5.wait;
	}
}
